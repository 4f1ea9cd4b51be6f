// While the server fills a form in, its person may write on: what they typed meanwhile is kept, and sent if they asked for that.
(function () {
  "use strict";
  var FIELDS = "textarea[name], select[name], input[name]:not([type=hidden]):not([type=file])";
  var filled = null;
  function key(field) { return /^(radio|checkbox)$/.test(field.type) ? field.name + " " + field.value : field.name; }
  function read(field) { return /^(radio|checkbox)$/.test(field.type) ? field.checked : field.value; }
  function words(form) {
    var found = {};
    form.querySelectorAll(FIELDS).forEach(function (field) { found[key(field)] = read(field); });
    return found;
  }
  // Photographs that were chosen before: no server writes them into a form.
  function files(from, to) {
    from.querySelectorAll("input[type=file][name]").forEach(function (field) {
      var there = to.elements[field.name];
      if (there && field.files.length) there.files = field.files;
    });
  }
  // What came stands below what was typed, as it would have if that had been sent along.
  function both(was, typed, came) {
    var before = was.trim(), rest = came;
    if (came.trim() === before) return typed;
    if (before && came.indexOf(before) === 0) rest = came.slice(before.length);
    return [typed.replace(/\s+$/, ""), rest.trim()].filter(Boolean).join("\n\n");
  }
  function carry(field) {
    var name = key(field), was = filled.sent[name], typed = filled.typed[name];
    if (typed === undefined || typed === was) return;
    if (typeof typed === "boolean") field.checked = typed;
    else field.value = field.tagName === "TEXTAREA" ? both(was, typed, field.value) : typed;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  function goOn(form) {
    var field = filled.at && form.elements[filled.at.name];
    if (!field || !field.focus) return;
    field.focus({ preventScroll: true });
    if (filled.at.start !== null && field.setSelectionRange) field.setSelectionRange(filled.at.start, filled.at.end);
  }
  function mine(event) { return filled && event.detail.requestConfig && event.detail.requestConfig.elt === filled.form; }
  // On a page of its own the form stays a form of that page: only what fills it in comes without leaving the page.
  document.addEventListener("click", function (event) {
    var button = event.target.closest("#step form:not([hx-post]) button");
    var form = button && button.form, values = {};
    if (!form || !/^(fill|reload)$/.test(button.name) || !window.htmx) return;
    event.preventDefault();
    if (form.dataset.filling) return;
    values[button.name] = button.value;
    window.htmx.ajax("POST", form.action, {
      source: form, target: "#step", swap: "innerHTML", select: "#step > *", values: values, headers: { "HX-Request": "false" }
    });
  });
  document.addEventListener("htmx:beforeRequest", function (event) {
    var form = event.detail.elt, data = event.detail.requestConfig.formData;
    if (!form.matches("#step form") || !data || !(data.has("fill") || data.has("reload"))) return;
    form.dataset.filling = "1";
    filled = { form: form, sent: words(form), typed: {}, at: null };
  });
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (!mine(event)) return;
    var at = document.activeElement;
    filled.typed = words(filled.form);
    var changed = Object.keys(filled.typed).some(function (name) { return filled.typed[name] !== filled.sent[name]; });
    if (changed && filled.form.contains(at) && at.name) filled.at = { name: at.name, start: at.selectionStart, end: at.selectionEnd };
  });
  document.addEventListener("htmx:afterSwap", function (event) {
    var form = document.querySelector("#step form[method=post]");
    if (!mine(event) || !form || form === filled.form) return;
    var draft = form.elements.draft, known = filled.form.elements.draft;
    // Kept by itself meanwhile.
    if (draft && known && Number(known.value) > Number(draft.value)) draft.value = known.value;
    form.querySelectorAll(FIELDS).forEach(carry);
    files(filled.form, form);
    goOn(form);
    if (filled.form.dataset.again) window.setTimeout(function () {
      var button = form.querySelector(".btn-primary:not([disabled])");
      if (button) button.click();
    }, 0);
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    if (!mine(event)) return;
    delete filled.form.dataset.filling;
    delete filled.form.dataset.again;
    filled = null;
  });
})();
