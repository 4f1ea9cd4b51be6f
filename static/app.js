// Small pleasures on top of pages that work without them.
(function () {
  "use strict";

  // A form is sent once; the button comes back when the page does.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method.toLowerCase() !== "post" || event.defaultPrevented && !form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    form.dataset.sent = "1";
    window.setTimeout(function () { setButtons(form, true); }, 0);
    // The page stays when a file comes: its form can be sent again in a moment.
    if (form.hasAttribute("data-download")) window.setTimeout(function () { release(document); }, 3000);
  }, true);
  function setButtons(form, off) {
    form.querySelectorAll("button[type=submit], button:not([type])").forEach(function (button) { button.disabled = off; });
  }
  function free(form) { delete form.dataset.sent; setButtons(form, false); }
  function release(root) { root.querySelectorAll("form[data-sent]").forEach(free); }
  // A filter that is left empty does not lengthen the address.
  function setEmpty(off) {
    document.querySelectorAll("form[data-filters] [name]").forEach(function (field) {
      if (!off || !field.value) field.disabled = off;
    });
  }
  document.addEventListener("submit", function (event) { if (event.target.matches("form[data-filters]")) setEmpty(true); });
  window.addEventListener("pageshow", function () { release(document); setEmpty(false); });
  // Of a form only its own answer: another one that comes meanwhile says nothing of it.
  document.addEventListener("htmx:afterRequest", function (event) { if (event.detail.elt.matches("form[data-sent]")) free(event.detail.elt); });

  // Where to go on working: the first wrong field, else the first field, else the heading.
  function place(root) {
    return root.querySelector("[aria-invalid=true]") || root.querySelector(".errors") ||
      root.querySelector("form .letter") || root.querySelector("[data-here]") || root.querySelector("form [name]:not([type=hidden]):not([readonly]):not([data-then]):not(button)") ||
      root.querySelector("h1, h2");
  }
  function focusOn(element) {
    if (!element) return;
    if (!/^(INPUT|SELECT|TEXTAREA|A|BUTTON)$/.test(element.tagName)) element.tabIndex = -1;
    element.focus({ preventScroll: true });
    var box = element.getBoundingClientRect();
    if (box.top < 0 || box.bottom > window.innerHeight) element.scrollIntoView({ block: "center" });
  }
  var wrongAtFirst = document.querySelector("[aria-invalid=true]");
  if (wrongAtFirst) wrongAtFirst.focus();

  // What was exchanged comes into view, gets the focus, and is announced; answers that refuse are shown like others.
  function tookTooLong(xhr) { return xhr.status === 503 && xhr.getResponseHeader("HX-Reswap") === "afterbegin"; }
  document.addEventListener("htmx:beforeSwap", function (event) {
    var status = event.detail.xhr.status;
    if (status === 409 || status === 422 || tookTooLong(event.detail.xhr)) {
      document.querySelectorAll("[data-too-long]").forEach(function (note) { note.remove(); });
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  document.addEventListener("htmx:afterSwap", function (event) {
    var target = event.target;
    if (target.id === "panel") { target.scrollTop = 0; focusOn(target.querySelector("h1, h2")); }
    else if (target.id === "step") focusOn(place(target));
    var said = target.querySelector("[data-say], .errors h2, h1, h2");
    var live = document.getElementById("live");
    if (live && said) live.textContent = said.textContent;
  });

  // What failed on the way says so beside the form, which keeps what was typed.
  function failed(event) {
    var status = event.detail.xhr ? event.detail.xhr.status : 0;
    var root = document.getElementById("step") || document.getElementById("panel");
    if (!root || status === 409 || status === 422 || event.target.closest("#commands")) return;
    var note = root.querySelector("[data-failed]") || document.createElement("p");
    note.className = "errors";
    note.setAttribute("role", "alert");
    note.setAttribute("data-failed", "");
    note.textContent = document.body.getAttribute(status === 401 || status === 403 ? "data-signed-out" : "data-no-answer");
    root.insertBefore(note, root.firstChild);
  }
  // A whole page's form that got no answer, as the phone's service worker tells: the page stays as it was typed.
  function unanswered(event) {
    var form = event.data && event.data.type === "no_answer" && document.querySelector("form[data-sent]:not([hx-post])");
    if (!form) return;
    var old = document.querySelector("[data-unanswered]");
    if (old) old.remove();
    var note = document.createElement("p");
    note.className = "errors m-3";
    note.setAttribute("role", "alert");
    note.setAttribute("data-unanswered", "");
    note.textContent = document.body.getAttribute("data-no-answer");
    var main = document.getElementById("main");
    if (main.contains(form)) form.parentNode.insertBefore(note, form); else main.insertBefore(note, main.firstChild);
    release(document);
    focusOn(note);
    event.ports[0].postMessage(true);
  }
  if (navigator.serviceWorker) {
    navigator.serviceWorker.addEventListener("message", unanswered);
    navigator.serviceWorker.startMessages();
  }
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:sendError", failed);

  // Typed words are not thrown away without a question.
  function unsaved() { return document.querySelector("#step form[data-typed]:not([data-sent])"); }
  document.addEventListener("input", function (event) {
    var form = event.target.closest("#step form");
    if (form && !event.target.hasAttribute("data-then")) form.dataset.typed = "1";
  });
  document.addEventListener("htmx:beforeRequest", function (event) {
    var form = unsaved();
    var goes = event.detail.target && /^(panel|step)$/.test(event.detail.target.id);
    if (!form || !goes || form.contains(event.detail.elt)) return;
    if (window.confirm(document.body.dataset.unsaved)) return;
    event.preventDefault();
    window.setTimeout(function () { release(document); }, 0);
  });
  window.addEventListener("beforeunload", function (event) {
    if (unsaved()) { event.preventDefault(); event.returnValue = ""; }
  });

  // The slash goes to the search box, except at the desk, whose own keys have it.
  document.addEventListener("keydown", function (event) {
    var field = document.getElementById("find") || document.getElementById("id_q");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || document.querySelector(".desk")) return;
    if (!field || !field.offsetParent || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    event.preventDefault();
    field.select();
  });

  // A choice that changes what the form asks: sent again as it is, nothing is saved.
  document.addEventListener("change", function (event) {
    var name = event.target.dataset && event.target.dataset.reload;
    var form = event.target.form;
    if (!name || !form) return;
    var button = form.querySelector("button[name=" + name + "]");
    if (button) button.click();
  });
  // An open menu closes when something else is done.
  function closeMenus(event) {
    document.querySelectorAll(".menu[open]").forEach(function (menu) { if (!menu.contains(event.target) || event.key === "Escape") menu.open = false; });
  }
  document.addEventListener("click", closeMenus);
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") closeMenus(event); });
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
})();
