// The visit form with one thumb: more opinions without a round trip, and only what is needed on the screen.
(function () {
  "use strict";
  var form = document.querySelector("form[data-visit]");
  if (!form) return;
  var blocks = form.querySelector("[data-blocks]");
  var count = form.querySelector("input[name=count]");
  var more = form.querySelector("button[name=add]");
  var most = Number(count.max) || 10;

  // Each part is shown only while its question is answered with yes.
  function tidy(block) {
    var other = block.querySelector("[data-other]");
    var picks = block.querySelectorAll("input[name$='-pick']");
    var picked = block.querySelector("input[name$='-pick']:checked");
    var chosen = other && other.querySelector("select").value;
    if (other) other.hidden = picks.length > 0 && !(picked ? picked.value === "other" : chosen);
    var account = block.querySelector("[data-account]");
    if (account) account.hidden = !block.querySelector("input[name$='-on_the_spot']").checked;
    var remark = block.querySelector("[data-remark]");
    if (remark) remark.hidden = !block.querySelector("input[name$='-word']:checked");
  }
  function tidyAll() { form.querySelectorAll("[data-block], [data-look]").forEach(tidy); }

  more.addEventListener("click", function (event) {
    event.preventDefault();
    var number = Number(count.value);
    var made = document.createElement("div");
    made.innerHTML = form.querySelector("template").innerHTML
      .replace(/__number__/g, String(number + 1)).replace(/__n__/g, String(number));
    var block = made.firstElementChild;
    blocks.appendChild(block);
    count.value = String(number + 1);
    more.hidden = number + 1 >= most;
    tidy(block);
    if (window.htmx) window.htmx.process(block);
    block.querySelector("textarea").focus();
  });
  form.addEventListener("change", function (event) {
    var block = event.target.closest("[data-block], [data-look]");
    if (block) tidy(block);
  });
  // The category's own error stands at the choice among all: then it must be seen.
  tidyAll();
  form.querySelectorAll("[data-other] .wrong").forEach(function (wrong) { wrong.closest("[data-other]").hidden = false; });
  more.hidden = Number(count.value) >= most;
})();
