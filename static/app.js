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
  }, true);
  function setButtons(form, off) {
    form.querySelectorAll("button[type=submit], button:not([type])").forEach(function (button) { button.disabled = off; });
  }
  function release(root) {
    root.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; setButtons(form, false); });
  }
  window.addEventListener("pageshow", function () { release(document); });
  document.addEventListener("htmx:afterRequest", function () { release(document); });

  // The first wrong field gets the focus.
  function focusFirstWrong(root) {
    var wrong = root.querySelector("[aria-invalid=true]");
    if (wrong) wrong.focus();
  }
  focusFirstWrong(document);

  // What was exchanged is announced, and answers that refuse (409, 422) are shown like others.
  document.addEventListener("htmx:beforeSwap", function (event) {
    var status = event.detail.xhr.status;
    if (status === 409 || status === 422) { event.detail.shouldSwap = true; event.detail.isError = false; }
  });
  document.addEventListener("htmx:afterSwap", function (event) {
    focusFirstWrong(event.target);
    var heading = event.target.querySelector("h1, h2");
    var live = document.getElementById("live");
    if (live && heading) live.textContent = heading.textContent;
  });

  // A choice that changes what the form asks: sent again as it is, nothing is saved.
  document.addEventListener("change", function (event) {
    var name = event.target.dataset && event.target.dataset.reload;
    var form = event.target.form;
    if (!name || !form) return;
    var button = form.querySelector("button[name=" + name + "]");
    if (button) button.click();
  });
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
})();
