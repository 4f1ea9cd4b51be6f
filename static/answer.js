// An answer that is being written is kept as a draft every few seconds, without a word unless it fails.
(function () {
  "use strict";
  var WAIT = 4000, timer = 0, keeping = false;
  // The form of the same answer as it stands now: a filled-in one has taken the place of the one that was typed in.
  function standing(form) { return document.querySelector("form[data-draft='" + form.dataset.draft + "']"); }
  function say(form, words) {
    var said = form.querySelector("[data-draft-said]");
    if (said && words) said.textContent = words;
  }
  function keep(form) {
    if (!document.contains(form) || form.dataset.sent || form.dataset.stale) return;
    if (keeping) { later(form); return; }
    var body = new FormData(form);
    body.set("do", "keep");
    keeping = true;
    var typed = form.dataset.typing;
    fetch(form.dataset.draft, {
      method: "POST", body: body, credentials: "same-origin", headers: { Accept: "application/json" }
    }).then(function (answer) {
      return answer.json().then(function (told) {
        var now = standing(form);
        if (answer.ok) form.elements.draft.value = told.version;
        if (!now) return;
        say(now, told.words);
        if (answer.ok) {
          now.elements.draft.value = told.version;
          // Nothing is lost any more when the page is left.
          if (now === form && form.dataset.typing === typed) delete form.dataset.typed;
        } else if (answer.status === 409) {
          // Somebody else wrote on it: from now on only a button shows both.
          now.dataset.stale = "1";
        }
      });
    }).catch(function () {
      // No answer, or none that is ours: tried again with the next words.
    }).then(function () { keeping = false; });
  }
  function later(form) {
    window.clearTimeout(timer);
    timer = window.setTimeout(function () { keep(form); }, WAIT);
  }
  document.addEventListener("input", function (event) {
    var form = event.target.closest && event.target.closest("form[data-draft]");
    if (!form || !/^(account|public|ground|planned_for|passed_to|told)$/.test(event.target.name)) return;
    form.dataset.typing = String(Number(form.dataset.typing || 0) + 1);
    later(form);
  });
})();
