// A case is dragged to a colleague: that fills in the form below, which hands it on.
(function () {
  "use strict";
  var form = document.getElementById("hand-on");
  if (!form || !("draggable" in form)) return;
  var how = document.getElementById("how"), dragged = null;
  if (window.matchMedia("(pointer: fine) and (min-width: 576px)").matches) how.firstChild.textContent = how.dataset.drag + " ";
  function each(list, work) { Array.prototype.slice.call(list).forEach(work); }
  function columns() { return form.querySelectorAll("[data-colleague]"); }
  function light(column, on) { column.classList.toggle("border-primary", on); column.classList.toggle("shadow", on); }
  function choose(one) {
    // What is dragged goes with the others that are chosen; one that was not chosen goes alone.
    var box = one.querySelector("[name=case]");
    if (!box.checked) each(form.querySelectorAll("[name=case]"), function (other) { other.checked = other === box; });
  }
  each(form.querySelectorAll("[data-case]"), function (one) {
    one.draggable = true;
    one.addEventListener("dragstart", function (event) {
      dragged = one;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", one.dataset.case);
    });
    one.addEventListener("dragend", function () {
      dragged = null;
      each(columns(), function (column) { light(column, false); });
    });
  });
  each(columns(), function (column) {
    column.addEventListener("dragover", function (event) {
      if (!dragged || column.contains(dragged)) return;
      event.preventDefault();
      light(column, true);
    });
    column.addEventListener("dragleave", function (event) {
      if (!column.contains(event.relatedTarget)) light(column, false);
    });
    column.addEventListener("drop", function (event) {
      if (!dragged || column.contains(dragged)) return;
      event.preventDefault();
      light(column, false);
      choose(dragged);
      form.elements.colleague.value = column.dataset.colleague;
      // Why is always said: with a reason that stands there already, it is done at once.
      if (form.elements.reason.value.trim()) form.querySelector("button.btn-primary").click();
      else form.elements.reason.focus();
    });
  });
})();
