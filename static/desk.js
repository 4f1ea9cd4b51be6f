// Keys of the desk: j k move, Enter opens, a acts, / searches, ? shows them all.
(function () {
  "use strict";
  var at = -1;
  function rows() { return Array.prototype.slice.call(document.querySelectorAll("[data-row]")); }
  function go(to) {
    var all = rows();
    if (!all.length) return;
    at = Math.max(0, Math.min(all.length - 1, to));
    all.forEach(function (row, n) { row.classList.toggle("on", n === at); });
    var link = all[at].querySelector("[data-open]");
    link.focus();
    all[at].scrollIntoView({ block: "nearest" });
  }
  function open() {
    var row = rows()[at];
    if (row) row.querySelector("[data-open]").click();
  }
  var keys = {
    j: function () { go(at + 1); }, ArrowDown: function () { go(at + 1); },
    k: function () { go(at - 1); }, ArrowUp: function () { go(at - 1); },
    o: open,
    a: function () { var act = document.querySelector("#panel .btn-primary"); if (act) act.click(); },
    "/": function () { var field = document.querySelector("input[name=text]"); if (field) { field.closest("details") && (field.closest("details").open = true); field.focus(); } },
    "?": function () { var keysHelp = document.getElementById("keys"); if (keysHelp.showModal) keysHelp.showModal(); else keysHelp.setAttribute("open", ""); }
  };
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    var action = keys[event.key];
    if (action) { event.preventDefault(); action(); }
  });
  document.addEventListener("click", function (event) {
    var row = event.target.closest("[data-row]");
    if (row) { at = rows().indexOf(row); rows().forEach(function (r, n) { r.classList.toggle("on", n === at); }); }
  });
})();
