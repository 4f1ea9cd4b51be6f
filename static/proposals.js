// What is proposed for each row of "to dispatch" comes after the list, and goes into its row; t takes it.
(function () {
  "use strict";
  function rowOf(pk) {
    var box = document.querySelector("input[form=many][name=case][value^='" + pk + ".']");
    return box && box.closest("[data-row]");
  }
  function spread(root) {
    Array.prototype.slice.call(root.querySelectorAll("#proposals [data-for]")).forEach(function (one) {
      var row = rowOf(one.dataset.for);
      if (row) row.lastElementChild.appendChild(one);
    });
  }
  document.addEventListener("htmx:afterSwap", function (event) {
    if (event.target.id === "proposals") spread(document);
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "t" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.closest("dialog")) return;
    var take = document.querySelector("[data-row].on [data-take]") || document.querySelector("#panel [data-take]");
    if (take && !take.disabled) { event.preventDefault(); take.click(); }
  });
})();
