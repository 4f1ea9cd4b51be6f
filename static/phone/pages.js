// The shell: which page stands behind the address after the #, the PIN before it, and the pages of households.
(function () {
  "use strict";
  const phone = self.phone;
  const { say, label, make, mark } = phone;
  const FIRST = 40; // households that are shown before somebody asks for all
  const LOCK_AFTER = 10 * 60000; // ms unseen, until the PIN is asked for again
  const OPEN_TO_ALL = ["help", "settings", "out"];
  const main = () => document.getElementById("main");

  // ---- what was taken along, as the pages need it: {common, grids}, or null
  async function taken() {
    const about = await phone.store.get("along");
    if (!about || (await phone.along.expired())) return null;
    const common = await phone.along.common();
    if (!common) return null;
    const codes = Array.isArray(about.grids) ? about.grids : Object.keys(about.grids || {});
    const grids = [];
    for (const code of codes) {
      const grid = await phone.along.grid(code);
      if (grid) grids.push({ ...grid, code, households: grid.households || {} });
    }
    return grids.length ? { common, grids, chosen: await phone.store.get("grid") } : null;
  }
  function householdOf({ grids }, pk) {
    const grid = grids.find((one) => one.households[pk]);
    return grid ? { household: grid.households[pk], grid } : null;
  }
  const gridOf = ({ grids }, place) => grids.find((one) => one.code === place) || grids.find((one) => one.code.startsWith(place)) || null;
  const currentGrid = ({ grids, chosen }) => grids.find((one) => one.code === chosen) || grids[0];
  const gridName = (grid) => `${label(grid.village.label)} · ${label(grid.label)}`;
  function places({ grids }) {
    const found = new Map();
    grids.forEach((grid) => { found.set(grid.code, gridName(grid)); });
    grids.forEach((grid) => { found.set(grid.village.code, label(grid.village.label)); });
    return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  }
  // Every draft with its content, as far as it opens.
  async function writings() {
    const rows = await phone.store.drafts();
    return Promise.all(rows.map(async (row) => {
      try { return { row, content: await phone.seal.openDraft(row) }; } catch (error) { return { row, content: null }; }
    }));
  }

  // ---- households
  const byNumber = new Intl.Collator("zh", { numeric: true });
  const nameOf = (household) => [make("b", {}, household.number), ` ${household.head}`];
  function rowOf(household, known, grid) {
    const facts = [say("people", { n: household.members }), ...(household.needs || []).map(label)];
    // Found in another grid than the one that is looked at.
    if (household.grid && household.grid.label && label(household.grid.label) !== label(grid.label)) facts.unshift(gridName(household.grid));
    if (household.attempts && !household.visited) facts.push(say("went", { n: household.attempts }));
    const here = known.get(household.pk);
    const state = here === "writing" ? mark("△", say("begun"), "soon") : here ? mark("✓", say("on_phone"), "good")
      : household.visited ? mark("✓", say("visited"), "good") : null;
    return make("a", { class: "row-link", href: `#log/${household.pk}` },
      make("span", {}, ...nameOf(household), make("br"), make("span", { class: "quiet small2" }, facts.join(" · "))),
      state || make("span", { class: "quiet", "aria-hidden": "true" }, "›"));
  }
  async function home(root) {
    const all = await taken();
    if (!all) {
      root.append(phone.part("nothing"));
      root.querySelector("[data-expired]").hidden = !(await phone.along.expired());
      return undefined;
    }
    const drafts = await writings();
    const known = new Map(Object.keys(((await phone.seal.openAlong("logged")) || {}).doors || {}).map((pk) => [Number(pk), "logged"]));
    drafts.forEach(({ row, content }) => {
      if (row.state === "writing" && content && content.household) known.set(content.household, "writing");
    });
    root.append(phone.part("home"));
    const one = (name) => root.querySelector(`[data-${name}]`);
    const grid = currentGrid(all);
    const households = Object.values(grid.households).sort((a, b) => byNumber.compare(a.number, b.number));
    const isDone = (household) => household.visited || (known.has(household.pk) && known.get(household.pk) !== "writing");
    const done = households.filter(isDone).length;
    one("grid").textContent = gridName(grid);
    const campaign = all.common.campaign;
    one("campaign").textContent = campaign ? `${label(campaign.label)}${say("comma")}${say("until", { day: phone.day(campaign.ends) })}` : "";
    one("visited").textContent = done;
    one("of").textContent = say("of", { n: households.length });
    one("progress").max = households.length || 1;
    one("progress").value = done;
    otherGrids(one("grids"), all, grid);
    listUnfinished(one("writing"), drafts, all);
    const left = [...households.filter((household) => !isDone(household)), ...households.filter(isDone)];
    search(root, grid, left, known);
    return undefined;
  }
  function otherGrids(details, all, grid) {
    details.hidden = all.grids.length < 2;
    all.grids.forEach((other) => details.append(make("button", {
      class: "row-link w-100 as-row", type: "button", "aria-current": other === grid ? "true" : null,
      click: async () => { await phone.store.set("grid", other.code); route(); },
    }, make("span", {}, gridName(other)))));
  }
  function listUnfinished(section, drafts, all) {
    const begun = drafts.filter(({ row, content }) => row.state === "writing" && content);
    section.hidden = !begun.length;
    begun.forEach(({ row, content }) => section.append(make("a", { class: "row-link", href: `#visit/${row.id}` },
      make("span", {}, titleOf(row, content, all)), make("span", { class: "quiet small2" }, phone.moment(row.changed_at)))));
  }
  function titleOf(row, content, all) {
    if (row.kind === "anonymous") return say("anonymous_one");
    if (!content) return say(row.state !== "writing" && row.sealed && !row.pin_key ? "visit_closed" : "visit");
    const found = all && content.household && householdOf(all, content.household);
    if (found) return `${found.household.number} ${found.household.head}`;
    return content.household ? say("visit") : say("way_short");
  }
  function search(root, grid, left, known) {
    const rows = root.querySelector("[data-rows]"), found = root.querySelector("[data-found]");
    const more = root.querySelector("[data-all]"), words = root.querySelector("#words");
    let turn = 0;
    const draw = (households, most) => {
      rows.textContent = "";
      rows.append(...households.slice(0, most).map((household) => rowOf(household, known, grid)));
      more.hidden = households.length <= most;
      more.textContent = say("all", { n: households.length });
      more.onclick = () => { draw(households, households.length); };
    };
    words.addEventListener("input", async () => {
      const mine = (turn += 1), asked = words.value.trim();
      const hits = asked ? await phone.along.find(asked) : left;
      if (mine !== turn) return;
      draw(hits, FIRST);
      found.textContent = !asked ? "" : hits.length ? say("found", { n: hits.length }) : say("found_none");
    });
    draw(left, FIRST);
  }
  async function household(root, pk) {
    const all = await taken();
    const found = all && householdOf(all, pk);
    if (!found) return instead(root, all ? "elsewhere" : "nothing", pk);
    const { household: one, grid } = found;
    root.append(phone.part("household"));
    const put = (name, text) => { root.querySelector(`[data-${name}]`).textContent = text; };
    const hide = (name, empty) => {
      root.querySelector(`[data-${name}]`).hidden = root.querySelector(`[data-${name}-label]`).hidden = empty;
    };
    put("name", `${one.number} ${one.head}`);
    put("place", [gridName(grid), one.address].filter(Boolean).join(" · "));
    put("members", one.members);
    put("needs", (one.needs || []).map(label).join(say("comma")));
    hide("needs", !(one.needs || []).length);
    if (one.telephone) root.querySelector("[data-telephone]").append(make("a", { href: `tel:${one.telephone}` }, one.telephone));
    hide("telephone", !one.telephone);
    const said = one.said || [];
    root.querySelector("[data-none]").hidden = said.length > 0;
    said.forEach((matter) => root.querySelector("[data-said]").append(make("div", { class: "row-link" },
      make("span", {}, matter.words, make("br"), make("span", { class: "quiet small2" }, label(matter.day) || matter.said_on), " ",
      mark("○", label(matter.state))))));
    root.querySelector("[data-log]").href = `#log/${pk}`;
    return undefined;
  }

  // ---- before the pages: offline use off, or locked
  function instead(root, name, argument) {
    if (name === "home" || name === "drafts") { location.hash = `#${name}`; return undefined; }
    root.append(phone.part(name));
    const server = root.querySelector("[data-server]");
    if (server && /^\d+$/.test(argument || "")) server.href = `/households/${argument}/visit/`;
    return undefined;
  }
  async function start(root) {
    root.append(phone.part("start"));
    const why = await phone.whyNot();
    const told = root.querySelector("[data-why]");
    told.hidden = !why;
    told.textContent = why;
  }
  let unlocking = false;
  async function locked(root) {
    root.append(phone.part("locked"));
    const form = root.querySelector("form"), pin = root.querySelector("#pin"), wrong = root.querySelector("[data-wrong]");
    const button = form.querySelector("button");
    // Nothing is left to type, only the way on.
    const erased = () => {
      form.querySelector("h1").textContent = form.querySelector("summary").textContent;
      form.querySelector(".field").hidden = button.hidden = true;
      form.querySelector("[data-forgotten]").open = true;
      wrong.hidden = false;
      wrong.textContent = say("pin_erased");
    };
    if (await phone.seal.isForgotten()) erased();
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (unlocking || !pin.value) { pin.focus(); return; }
      unlocking = true;
      button.disabled = true;
      phone.announce(say("opening"));
      let answer;
      try { answer = await phone.seal.unlock(pin.value); } finally { unlocking = false; button.disabled = false; }
      pin.value = "";
      if (answer === true) { opened(); return; }
      if (answer.erased) { erased(); form.querySelector("[data-forgotten] a").focus(); return; }
      wrong.hidden = false;
      wrong.textContent = say("pin_wrong", { n: answer.left });
      pin.focus();
    });
  }
  function opened() {
    route();
    phone.along.refresh().catch(() => { /* without network it is as it was */ });
  }

  // ---- the way from address to page
  let turn = 0, page = "", shown = "";
  async function route() {
    const mine = (turn += 1);
    if (!(await phone.form.leave())) { history.replaceState(null, "", phone.form.address() || shown); return; }
    const [name, argument] = location.hash.replace(/^#/, "").split("/");
    const asked = phone.show[name] ? name : "home";
    const gate = OPEN_TO_ALL.includes(asked) ? "" : await gateBefore(asked, argument);
    if (mine !== turn) return;
    const holder = document.createElement("div");
    page = gate || asked;
    phone.redraw = null;
    try { await phone.show[page](holder, argument && decodeURIComponent(argument)); } catch (error) { broken(holder, error); }
    if (mine !== turn) return;
    if (!holder.children.length) return;
    main().textContent = "";
    main().append(...holder.childNodes);
    arrived(asked);
  }
  async function gateBefore(asked, argument) {
    try {
      if (!(await phone.seal.isOn())) return asked === "drafts" && (await phone.store.counts()).left ? "" : "start";
      return phone.seal.isUnlocked() || (asked === "drafts" && argument !== "open") || asked === "saved" ? "" : "locked";
    } catch (error) { return "start"; }
  }
  function broken(root, error) {
    root.textContent = "";
    root.append(make("div", { class: "narrow px-3 py-4" }, make("h1", { class: "h5" }, say("errors")),
      make("p", { class: "errors" }, say("failed", { why: error.message || error.name }))));
  }
  function arrived(asked) {
    const heading = main().querySelector("h1");
    shown = location.hash || "#home";
    document.body.dataset.page = page;
    document.title = `${heading.textContent} · ${say("title")}`;
    document.querySelectorAll("header nav a").forEach((link) => {
      if (link.hash === `#${asked}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    });
    const large = document.documentElement.classList.contains("large");
    document.querySelectorAll("[data-large]").forEach((button) => button.setAttribute("aria-pressed", String(large)));
    window.scrollTo(0, 0);
    const pin = main().querySelector("#pin");
    const first = pin && pin.offsetParent ? pin : heading;
    if (first === heading) heading.tabIndex = -1;
    first.focus({ preventScroll: true });
  }

  const out = (root) => { root.append(phone.part("out")); };
  Object.assign(phone.show, { home, household, start, locked, out });
  Object.assign(phone, { taken, writings, householdOf, gridOf, currentGrid, gridName, places, titleOf, instead, route });

  // ---- beginning
  self.addEventListener("hashchange", route);
  document.addEventListener("click", async (event) => {
    const language = event.target.closest("[data-language]");
    if (event.target.closest("[data-skip]")) { event.preventDefault(); main().focus(); }
    if (!language) return;
    event.preventDefault();
    if (!(await phone.form.leave())) return;
    await phone.store.set("language", phone.language === "en" ? "zh-hans" : "en").catch(() => {});
    location.href = language.pathname + location.hash;
  });
  let hiddenAt = 0;
  document.addEventListener("visibilitychange", async () => {
    if (document.hidden) { hiddenAt = Date.now(); return; }
    if (!hiddenAt || Date.now() - hiddenAt < LOCK_AFTER || !phone.seal.isUnlocked()) return;
    await phone.form.keep();
    phone.seal.lock();
  });
  phone.store.onChange((what) => {
    const needsPin = !OPEN_TO_ALL.includes(page) && !["start", "locked", "drafts", "saved"].includes(page);
    if ((what === "lock" || what === "locked") && !unlocking && needsPin && !phone.seal.isUnlocked()) route();
    else if (phone.redraw) phone.redraw();
  });
  route();
  phone.store.set("language", phone.language).catch(() => {});
})();
