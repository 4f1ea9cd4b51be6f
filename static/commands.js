// The command box: Ctrl+K or the full stop opens it, arrows choose, Enter goes or does.
(function () {
  "use strict";
  var box = document.getElementById("commands"), button = document.querySelector("[data-commands]");
  if (!box || !box.showModal) return;
  var field = box.querySelector("[role=combobox]"), list = document.getElementById("commands-list");
  var said = box.querySelector("[role=status]"), at = 0, waiting = false;
  function options() { return Array.prototype.slice.call(list.querySelectorAll("[role=option]")); }
  function mark(to) {
    var all = options();
    at = all.length ? (to + all.length) % all.length : 0;
    all.forEach(function (option, n) { option.setAttribute("aria-selected", String(n === at)); });
    if (all[at]) { field.setAttribute("aria-activedescendant", all[at].id); all[at].scrollIntoView({ block: "nearest" }); }
    else field.removeAttribute("aria-activedescendant");
  }
  // The box knows the case that is open, and the list from which it was opened.
  function open() {
    var shown = document.querySelector("[data-number]"), walk = document.querySelector("[data-walk]");
    var way = new URLSearchParams(walk ? walk.getAttribute("href").split("?")[1] : ""), fields = field.form.elements;
    fields.case.value = shown ? shown.dataset.number : "";
    fields.list.value = way.get("list") || "";
    fields.place.value = way.get("place") || "";
    field.value = said.textContent = list.textContent = "";
    waiting = false;
    box.showModal();
    field.focus();
    window.htmx.trigger(field, "opened");
  }
  // What stands on the page too is done there: a step opens below its case, a case beside its list.
  function twin(option) {
    var links = document.querySelectorAll("#panel a[hx-get], a[data-open][hx-get]");
    return Array.prototype.filter.call(links, function (link) {
      return link.getAttribute("href") === option.getAttribute("href");
    })[0];
  }
  function choose(option) {
    box.close();
    (twin(option) || option).click();
  }
  function isFresh() {
    var answer = list.querySelector("[data-asked]");
    return Boolean(answer) && answer.dataset.asked === field.value;
  }
  field.addEventListener("keydown", function (event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "ArrowDown") mark(at + 1);
    else if (event.key === "ArrowUp") mark(at - 1);
    else if (event.key === "Enter" && isFresh()) { if (options()[at]) choose(options()[at]); }
    else if (event.key === "Enter") waiting = true;
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", function (event) {
    var option = event.target.closest("[role=option]");
    if (!option || !box.open || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    choose(option);
  });
  box.querySelector("[data-close]").addEventListener("click", function () { box.close(); });
  list.addEventListener("htmx:afterSwap", function () {
    mark(0);
    said.textContent = options().length + " " + said.dataset.words;
    if (!waiting || !isFresh()) return;
    waiting = false;
    if (options()[0]) choose(options()[0]);
  });
  function failed() {
    waiting = false;
    list.textContent = said.textContent = said.dataset.failed;
  }
  field.addEventListener("htmx:responseError", failed);
  field.addEventListener("htmx:sendError", failed);
  button.hidden = false;
  button.addEventListener("click", open);
  document.addEventListener("keydown", function (event) {
    if (event.isComposing || event.altKey || document.querySelector("dialog[open]")) return;
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    var asked = event.ctrlKey || event.metaKey ? event.key.toLowerCase() === "k" : event.key === "." && !typing;
    if (!asked) return;
    event.preventDefault();
    open();
  });
})();
