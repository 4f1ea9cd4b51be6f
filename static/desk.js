// Keys of the list: j k move, Enter opens, space chooses, / searches. Those of the case beside it: case.js.
(function () {
  "use strict";
  var at = -1, number = "";
  function rows() { return Array.prototype.slice.call(document.querySelectorAll("[data-row]")); }
  function opener(row) { return row.querySelector("[data-open]"); }
  function mark(to) {
    var all = rows();
    at = to;
    all.forEach(function (row, n) { row.classList.toggle("on", n === at); });
    number = all[at] ? opener(all[at]).textContent : "";
  }
  function go(to) {
    var all = rows();
    if (!all.length) return;
    mark(Math.max(0, Math.min(all.length - 1, to)));
    opener(all[at]).focus();
    all[at].scrollIntoView({ block: "nearest" });
  }
  function next() { go(Math.floor(at + 1)); }
  function previous() { go(Math.ceil(at - 1)); }
  function open() {
    var row = rows()[at];
    if (row) opener(row).click();
  }
  // Boxes for a step on many cases: how many are chosen, all of the page at once.
  function boxes() { return Array.prototype.slice.call(document.querySelectorAll("input[form=many][name=case]")); }
  function tell() {
    var bar = document.getElementById("many");
    if (!bar) return;
    var all = boxes(), chosen = all.filter(function (box) { return box.checked; }).length;
    var said = bar.querySelector("[data-ticked]"), page = bar.querySelector("[data-this-page]");
    said.textContent = chosen ? chosen + " " + said.dataset.words : "";
    page.hidden = false;
    page.firstElementChild.checked = chosen > 0 && chosen === all.length;
    bar.classList.toggle("on", chosen > 0 || bar.elements.all.checked);
  }
  function tick() {
    var row = rows()[at], box = row && row.querySelector("[name=case]");
    if (box) { box.checked = !box.checked; tell(); }
  }
  document.addEventListener("change", function (event) {
    if (event.target.closest("[data-this-page]")) boxes().forEach(function (box) { box.checked = event.target.checked; });
    if (event.target.type === "checkbox") tell();
  });
  tell();
  function search() {
    var field = document.querySelector("input[name=text]");
    if (!field) return;
    var folded = field.closest("details");
    if (folded) folded.open = true;
    field.focus();
  }
  var keys = {
    j: next, ArrowDown: next, k: previous, ArrowUp: previous,
    o: open, " ": tick, "/": search
  };
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    if (event.key === " " && event.target.closest("button, summary")) return;
    var action = keys[event.key];
    if (action) { event.preventDefault(); action(); }
  });
  // The whole row opens its case, unless somebody marks words in it.
  document.addEventListener("click", function (event) {
    var row = event.target.closest("[data-row]");
    if (!row) return;
    mark(rows().indexOf(row));
    if (!event.target.closest("a, button, input, label") && !String(window.getSelection())) opener(row).click();
  });
  // After a step the list is drawn anew: what was chosen in it stays chosen.
  var kept = [];
  function pk(box) { return box.value.split(".")[0]; }
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (event.target.id === "list") kept = boxes().filter(function (box) { return box.checked; }).map(pk);
  });
  document.addEventListener("htmx:afterSwap", function (event) {
    if (event.target.id !== "list") return;
    boxes().forEach(function (box) { box.checked = kept.indexOf(pk(box)) >= 0; });
    tell();
  });
  // Its case is found again, or the next key starts from the gap that it left.
  var comesBack = false;
  function place() { return rows().findIndex(function (row) { return opener(row).textContent === number; }); }
  document.addEventListener("htmx:afterSwap", function (event) {
    if (event.target.id !== "list") return;
    if (number) { var again = place(); mark(again >= 0 ? again : at - 0.5); }
    if (comesBack) { comesBack = false; go(Math.ceil(at)); }
  });
  // Whoever walks on beside the list sees there where they are, as far as the page goes; below it the case stays in view.
  document.addEventListener("htmx:afterSwap", function (event) {
    if (event.target.id !== "panel") return;
    var shown = event.target.querySelector("[data-number]");
    comesBack = Boolean(event.target.querySelector("[data-back]"));
    if (!shown || shown.dataset.number === number) return;
    number = shown.dataset.number;
    var there = place();
    if (there < 0) { rows().forEach(function (row) { row.classList.remove("on"); }); return; }
    mark(there);
    if (window.matchMedia("(min-width: 992px)").matches) rows()[there].scrollIntoView({ block: "nearest" });
  });
})();
