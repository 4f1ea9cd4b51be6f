// The visit form's parts, as the server made them blank: filled from what was taken along, and read again.
(function () {
  "use strict";
  const phone = self.phone;
  const { say, label, make } = phone;
  const OTHER = "other", MOST_TAPS = 5, MOST_OPINIONS = 10;

  // A blank part with its number put in, as an element.
  function part(name, n) {
    const made = document.createElement("div");
    made.innerHTML = document.getElementById(`part-${name}`).innerHTML
      .replace(/__number__/g, String(n + 1)).replace(/__n__/g, String(n));
    return made.firstElementChild;
  }
  const field = (root, name) => root.querySelector(`[name$='-${name}']`);
  const chosen = (root, name) => { const found = root.querySelector(`[name$='-${name}']:checked`); return found ? found.value : ""; };
  function choose(root, name, value) {
    root.querySelectorAll(`[name$='-${name}']`).forEach((one) => { one.checked = one.value === String(value); });
  }
  const wholeOf = (one) => one.closest(".field");
  const show = (one, on) => { if (one) one.hidden = !on; };

  // What the words hint at, the likeliest first.
  function proposed(text, categories) {
    if (!text) return [];
    const low = text.toLowerCase();
    return categories
      .map((one) => [(one.words || []).reduce((sum, word) => sum + (low.includes(word.toLowerCase()) ? word.length : 0), 0), one])
      .filter(([hits]) => hits).sort((a, b) => b[0] - a[0]).map(([, one]) => one.pk);
  }

  // Categories as taps: proposed by the words, then those used last. Nothing moves under the thumb once one is chosen.
  function drawTaps(block, common) {
    const picked = chosen(block, "pick");
    if (picked && picked !== OTHER && block.taps) return;
    const known = new Map(common.categories.map((one) => [one.pk, one]));
    const text = field(block, "text").value;
    const wanted = [Number(block.category) || 0, ...proposed(text, common.categories).slice(0, 3), ...common.recent];
    const taps = [...new Set(wanted)].filter((pk) => known.has(pk)).slice(0, MOST_TAPS);
    if (block.taps === String(taps)) return;
    block.taps = String(taps);
    const other = block.querySelector(`[name$='-pick'][value='${OTHER}']`).closest("label");
    const name = other.querySelector("input").name;
    const focused = document.activeElement && document.activeElement.name === name ? document.activeElement.value : "";
    Array.from(other.parentNode.children).forEach((one) => { if (one !== other) one.remove(); });
    taps.forEach((pk) => {
      const id = `id_${name}_${pk}`;
      const radio = make("input", { type: "radio", name, value: pk, id });
      radio.checked = picked === String(pk);
      other.before(make("label", { for: id }, radio, label(known.get(pk).label)));
      if (focused === String(pk)) radio.focus();
    });
  }
  function drawCategories(select, categories) {
    const groups = new Map();
    categories.forEach((one) => {
      const top = label(one.top);
      if (!groups.has(top)) groups.set(top, []);
      groups.get(top).push(make("option", { value: one.pk }, label(one.label)));
    });
    select.textContent = "";
    select.append(make("option", { value: "" }, say("choose")));
    groups.forEach((options, top) => select.append(...(top ? [make("optgroup", { label: top }, ...options)] : options)));
  }
  function drawAccusable(select, accusable) {
    select.textContent = "";
    select.append(make("option", { value: "" }, say("nobody_accused")), make("option", { value: "unknown" }, say("accused_unknown")));
    (accusable || []).forEach((one) => select.append(make("option", { value: one.value }, label(one.label))));
  }

  // The short questions of the category that is chosen; answers given before stay.
  function drawQuestions(block, common, answers) {
    const pk = categoryOf(block);
    if (block.asks === pk) return;
    block.asks = pk;
    const category = common.categories.find((one) => one.pk === pk);
    const holder = block.querySelector("[id^='questions-']");
    const given = { ...readQuestions(block), ...(answers || {}) };
    holder.textContent = "";
    ((category && category.questions) || []).forEach((one) => holder.append(question(block.dataset.prefix, one, given[one.pk])));
  }
  function question(prefix, one, given) {
    const name = `${prefix}-question_${one.pk}`, id = `id_${name}`;
    const value = given === undefined || given === null ? "" : String(given);
    if (one.kind === "yes_no") {
      const radios = ["yes", "no"].map((word) => {
        const radio = make("input", { type: "radio", name, id: `${id}_${word}`, value: word });
        radio.checked = value === word;
        return make("label", { for: `${id}_${word}` }, radio, say(word));
      });
      return make("div", { class: "field choice" }, make("fieldset", {},
        make("legend", { class: "h6 label" }, label(one.label)), make("div", { class: "radios", id }, ...radios)));
    }
    const answer = one.kind === "choice"
      ? make("select", { class: "form-select", name, id }, make("option", { value: "" }, say("not_said")),
        ...(one.choices || []).map((choice) => make("option", { value: choice.value }, label(choice.label))))
      : make("input", { class: "form-control", name, id, maxlength: 120, type: { number: "number", date: "date" }[one.kind] || "text",
        min: one.kind === "number" ? 0 : null, max: one.kind === "number" ? 1e9 : null });
    answer.value = value;
    return make("div", { class: "field" }, make("label", { for: id }, label(one.label), " ",
      make("span", { class: "quiet fw-normal" }, say("optional"))), answer);
  }
  function readQuestions(block) {
    const given = {};
    block.querySelectorAll("[name*='-question_']").forEach((one) => {
      if ((one.type === "radio" && !one.checked) || !one.value) return;
      given[one.name.split("-question_")[1]] = one.value;
    });
    return given;
  }
  function categoryOf(block) {
    const picked = chosen(block, "pick");
    return Number(picked && picked !== OTHER ? picked : field(block, "category").value) || null;
  }

  // Each part is shown only while it has something to ask.
  function tidy(block) {
    const informant = chosen(block, "informant"), anonymous = informant === "anonymous";
    const picked = chosen(block, "pick");
    show(block.querySelector("[data-other]"), picked ? picked === OTHER : Boolean(field(block, "category").value) || !block.taps);
    show(block.querySelector("[data-anonymous]"), anonymous);
    show(block.querySelector("[data-pictures]"), !anonymous);
    const spot = field(block, "on_the_spot");
    show(wholeOf(spot), !anonymous || spot.checked);
    show(block.querySelector("[data-account]"), spot.checked);
    show(wholeOf(field(block, "place")), informant === "named");
    ["name", "telephone"].forEach((name) => show(wholeOf(field(block, name)), !anonymous));
  }
  function tidyLook(look) { show(look.querySelector("[data-remark]"), chosen(look, "word") || field(look, "remark").value); }

  // A tap is seen at once, not only by its small circle.
  function light(form) {
    form.querySelectorAll(".choice label").forEach((one) => { one.classList.toggle("on", one.querySelector("input").checked); });
  }

  function drawThumbs(block) {
    const list = block.querySelector("[data-thumbs]");
    list.textContent = "";
    block.photos.forEach((one, i) => list.append(make("li", {},
      make("img", { src: one.thumb, alt: say("picture_kept", { n: i + 1 }), width: 64, height: 64 }),
      make("button", { type: "button", class: "btn", "data-remove": one.id, "aria-label": say("picture_remove", { n: i + 1 }) }, "✕"))));
  }

  function addBlock(form, opinion, sheet) {
    const blocks = form.querySelector("[data-blocks]"), n = blocks.children.length;
    const block = part(sheet.household || sheet.apart ? "block" : "block-way", n);
    block.dataset.prefix = `o${n}`;
    block.querySelectorAll(".help").forEach((help) => {
      help.textContent = help.textContent.replace("__head__", sheet.household ? sheet.household.head : "");
    });
    drawCategories(field(block, "category"), sheet.common.categories);
    drawAccusable(field(block, "accused"), sheet.grid && sheet.grid.accusable);
    blocks.append(block);
    fillBlock(block, opinion || {}, sheet);
    form.querySelector("[data-add]").hidden = n + 1 >= MOST_OPINIONS;
    return block;
  }
  function fillBlock(block, opinion, sheet) {
    block.dataset.id = opinion.id || phone.seal.uuid();
    block.photos = opinion.photos || [];
    block.category = opinion.category;
    ["text", "name", "telephone", "place", "account"].forEach((name) => { field(block, name).value = opinion[name] || ""; });
    field(block, "people").value = opinion.people || 1;
    field(block, "on_the_spot").checked = Boolean(opinion.on_the_spot);
    field(block, "accused").value = opinion.accused || "";
    choose(block, "informant", opinion.informant || "named");
    choose(block, "kind", opinion.kind || "request");
    choose(block, "urgency", opinion.urgency || "normal");
    drawTaps(block, sheet.common);
    const asTap = opinion.category && !opinion.other && block.querySelector(`[name$='-pick'][value='${opinion.category}']`);
    if (asTap) asTap.checked = true;
    else if (opinion.category) { field(block, "category").value = opinion.category; choose(block, "pick", OTHER); }
    drawQuestions(block, sheet.common, opinion.particulars);
    drawThumbs(block);
    tidy(block);
    if (sheet.apart) show(wholeOf(block.querySelector("[name$='-informant']")), false);
  }
  function readBlock(block) {
    const typed = (name) => field(block, name).value.trim();
    return {
      id: block.dataset.id, text: typed("text"), category: categoryOf(block), other: chosen(block, "pick") === OTHER,
      particulars: readQuestions(block), informant: chosen(block, "informant") || "named", name: typed("name"),
      telephone: typed("telephone"), kind: chosen(block, "kind"), urgency: chosen(block, "urgency"), place: typed("place"),
      accused: field(block, "accused").value, people: Number(field(block, "people").value),
      on_the_spot: field(block, "on_the_spot").checked, account: typed("account"), photos: block.photos,
    };
  }
  const isBlank = (one) => !one.text && !one.account && !one.name && !one.photos.length;

  function addLook(form, said, given, n) {
    const look = part("look", n);
    look.dataset.number = said.number;
    look.querySelector("[data-words]").textContent = said.words;
    const about = [label(said.day) || said.said_on, label(said.state)];
    if (said.answer) about.push(`${say("answer")} ${said.answer}`);
    look.querySelector("[data-about]").textContent = about.join(" · ");
    form.querySelector(said.settled ? "[data-settled]" : "[data-looks]").append(look);
    if (given) { choose(look, "word", given.word); field(look, "remark").value = given.remark || ""; }
    tidyLook(look);
  }
  const readLook = (look) => ({ number: look.dataset.number, word: chosen(look, "word"), remark: field(look, "remark").value.trim() });

  phone.sheet = {
    addBlock, readBlock, isBlank, addLook, readLook, tidy, tidyLook, drawTaps, drawQuestions, drawThumbs, light,
    field, chosen, wholeOf, show,
  };
})();
