// Keys of a case: n p walk along its list, a and the signs on the buttons begin a step, Ctrl+Enter sends its form, Escape
// closes it, ? shows all keys.
(function () {
  "use strict";
  function one(selector) { return document.querySelector(selector); }
  function press(element) { if (element) element.click(); }
  // An open form is gone on with: at its first field, or at the button under the letter.
  function act() {
    var place = one("#step form [name]:not([type=hidden]):not(button), #step form .btn-primary");
    if (place) place.focus(); else press(one("#panel a.btn-primary"));
  }
  function help() {
    var keys = document.getElementById("keys");
    if (keys.showModal) keys.showModal(); else keys.setAttribute("open", "");
  }
  // Where no case is open yet, the list begins with its first.
  function walk(which) { press(one("[data-walk=" + which + "]") || !one("[data-number]") && one("[data-open]")); }
  function send() {
    var form = one("#step form[method=post]");
    // Sent as soon as it is filled in.
    if (form && form.dataset.filling) form.dataset.again = "1";
    else press(form && form.querySelector(".btn-primary:not([disabled])"));
  }
  function close() {
    var form = one("#step form[hx-post]:not([data-sent])");
    if (!form || form.hasAttribute("data-typed") && !window.confirm(document.body.dataset.unsaved)) return;
    document.getElementById("step").textContent = "";
    var heading = one("#panel [data-number]");
    if (heading) heading.focus();
  }
  var keys = {
    a: act, "?": help,
    n: function () { walk("next"); },
    p: function () { walk("previous"); }
  };
  // Where the browser has other keys for them, or another use for Alt and a number.
  function accessKey(event) {
    var number = /^Digit([1-9])$/.exec(event.code), button = number && one("#step [accesskey='" + number[1] + "']");
    if (!button || event.shiftKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (!event.repeat) button.click();
  }
  document.addEventListener("keydown", function (event) {
    if (event.isComposing || one("dialog[open]")) return;
    if (event.altKey) { accessKey(event); return; }
    if (event.ctrlKey || event.metaKey) {
      if (event.key === "Enter") { event.preventDefault(); send(); }
      return;
    }
    if (event.key === "Escape") { close(); return; }
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    var step = /^[1-9a-z]$/.test(event.key) && one("#panel [data-key='" + event.key + "']");
    if (!step && !keys[event.key]) return;
    event.preventDefault();
    if (step) step.click(); else keys[event.key]();
  });
})();
