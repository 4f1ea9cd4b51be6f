// The demands of the server's form, made on the phone already, in the same words.
(function () {
  "use strict";
  const phone = self.phone;
  const { say, make } = phone;
  const { field, wholeOf, chosen } = phone.sheet;
  const AHEAD = 2 * 60000, LONG_AGO = 366 * 86400000;

  function ofOpinion(block, one, sheet) {
    const wrong = [];
    const add = (name, word) => wrong.push({ block, element: field(block, name), text: say(word) });
    if (!one.text) add("text", "wrong_text");
    if (!one.category) add(chosen(block, "pick") === "other" || !block.taps ? "category" : "pick", "wrong_category");
    const category = sheet.common.categories.find((other) => other.pk === one.category);
    if (category && category.demands_accused && !one.accused) add("accused", "wrong_accused");
    if (one.on_the_spot && one.informant === "anonymous") add("on_the_spot", "wrong_on_the_spot");
    if (one.on_the_spot && !one.account) add("account", "wrong_account");
    if (!sheet.household && !sheet.apart && one.informant === "named" && !one.name) add("name", "wrong_name");
    if (!(Number.isInteger(one.people) && one.people >= 1 && one.people <= 9999)) add("people", "wrong_people");
    block.querySelectorAll("[name*='-question_'][type=number]").forEach((number) => {
      const bad = number.validity.badInput || (number.value && !/^\d{1,10}$/.test(number.value)) || Number(number.value) > 1e9;
      if (bad) wrong.push({ block, element: number, text: say("wrong_number") });
    });
    return wrong;
  }
  function ofVisit(form, content, somebodySpoke) {
    const wrong = [];
    const moment = form.querySelector("[name=said_at]"), nobody = form.querySelector("[name=nobody_home]");
    if (!moment.value) wrong.push({ element: moment, text: say("wrong_moment") });
    else if (content.said_at > Date.now() + AHEAD) wrong.push({ element: moment, text: say("wrong_future") });
    else if (content.said_at < Date.now() - LONG_AGO) wrong.push({ element: moment, text: say("wrong_past") });
    if (content.nobody_home && somebodySpoke) wrong.push({ element: nobody, text: say("wrong_nobody") });
    return wrong;
  }
  // What is wrong, in the order of the page.
  function check(form, content, sheet) {
    const wrong = [];
    form.querySelectorAll("[data-look]").forEach((look) => {
      const said = phone.sheet.readLook(look);
      if (said.remark && !said.word) wrong.push({ element: field(look, "word"), text: say("wrong_word") });
    });
    let filled = 0;
    form.querySelectorAll("[data-block]").forEach((block, i) => {
      if (phone.sheet.isBlank(content.opinions[i]) && !sheet.apart) return;
      filled += 1;
      wrong.push(...ofOpinion(block, content.opinions[i], sheet));
    });
    const spoke = filled || content.looks.length;
    return sheet.apart ? wrong : [...wrong, ...ofVisit(form, content, spoke)];
  }

  function clear(form) {
    form.querySelector("[data-problems]").textContent = "";
    form.querySelectorAll(".wrong").forEach((one) => one.remove());
    form.querySelectorAll(".invalid").forEach((one) => one.classList.remove("invalid"));
    form.querySelectorAll("[data-told]").forEach((one) => {
      one.removeAttribute("aria-invalid");
      if (one.dataset.told) one.setAttribute("aria-describedby", one.dataset.told);
      else one.removeAttribute("aria-describedby");
      delete one.dataset.told;
    });
  }
  function nameOf(whole) {
    const named = whole.querySelector("legend, label, .label").cloneNode(true);
    named.querySelectorAll(".fw-normal").forEach((one) => one.remove());
    return named.textContent.trim();
  }
  // A summary on top whose lines lead to the fields, the words again at each field, and the first one gets the focus.
  function tell(form, wrong, title = say("errors")) {
    clear(form);
    if (!wrong.length) return;
    const lines = wrong.map(({ block, element, text }, i) => {
      if (!element) return make("li", {}, text);
      const whole = wholeOf(element);
      for (let box = whole.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
      for (let box = whole; box && box !== form; box = box.parentElement) box.hidden = false;
      const id = `wrong-${i}`;
      whole.classList.add("invalid");
      whole.querySelector("legend, label").after(make("div", { class: "wrong", id }, text));
      const group = element.type === "radio" ? whole.querySelector("fieldset") : element;
      // What described it before (a help text) still does.
      if (!("told" in group.dataset)) group.dataset.told = group.getAttribute("aria-describedby") || "";
      group.setAttribute("aria-describedby", `${group.dataset.told} ${id}`.trim());
      if (element.type !== "radio") element.setAttribute("aria-invalid", "true");
      const link = make("a", { href: `#${element.id}`, click: (event) => { event.preventDefault(); element.focus(); } }, nameOf(whole));
      const number = block ? Array.from(form.querySelectorAll("[data-block]")).indexOf(block) + 1 : 0;
      return make("li", {}, number ? say("nth", { n: number }) + say("colon") : "", link, say("colon"), text);
    });
    form.querySelector("[data-problems]").append(
      make("div", { class: "errors", role: "alert" }, make("h2", {}, title), make("ul", { class: "mb-0" }, ...lines)));
  }
  function toFirst([{ element }]) {
    element.focus();
    wholeOf(element).scrollIntoView({ block: "center" });
  }

  // The field that the server means by "opinions.0.text", "looks.1.word" or "said_at".
  function meant(form, content, path) {
    const [first, n, inner] = path.split(".");
    const blocks = form.querySelectorAll("[data-block]");
    if (first === "opinions" && inner) return ofBlock(blocks[n], inner);
    if (first === "looks" && inner) {
      const look = content.looks[n] && form.querySelector(`[data-look][data-number="${content.looks[n].number}"]`);
      return look ? { element: field(look, inner) } : {};
    }
    const ofVisit = form.querySelector(`[data-the-visit] [name="${first}"], [data-way] [name="${first}"]`);
    if (ofVisit) return { element: ofVisit };
    return blocks.length === 1 ? ofBlock(blocks[0], first) : {};
  }
  function ofBlock(block, name) {
    if (!block || !name) return {};
    if (name === "photos") return { block, element: block.querySelector("[data-pictures]") };
    const picked = chosen(block, "pick");
    return { block, element: field(block, name === "category" && picked && picked !== "other" ? "pick" : name) };
  }
  // What the server refused, in the same way as what the phone refuses.
  function tellRefused(form, content, problems) {
    tell(form, problems.map((one) => {
      const { block, element } = meant(form, content, one.field || "");
      return { block, element: element && wholeOf(element) ? element : null, text: phone.label(one.text) };
    }), say("refused_title"));
  }

  phone.checks = { check, tell, toFirst, tellRefused };
})();
