// The visit form: opens a draft, keeps it at every key stroke, and splits it when it is saved.
(function () {
  "use strict";
  const phone = self.phone;
  const { say, make } = phone;
  const sheetOf = () => phone.sheet;
  const PAUSE = 400; // ms from a key stroke until it is written: with the writing itself under a second

  let now = null; // the draft that is open in this page

  // ---- opening
  async function freshContent(taken, household, grid) {
    const contact = await phone.store.get("contact");
    return {
      cadre: taken.common.cadre.pk, household: household ? household.pk : null, place: grid.code,
      kind: household ? "household" : "on_the_way", said_at: Date.now(), offset: contact ? contact.offset : null,
      cadres: await lastCompany(taken.common), nobody_home: false, remarks: "", anonymous: 0, looks: [], opinions: [],
    };
  }
  // Who went along is remembered from the last visit: of this phone, else of the server.
  async function lastCompany(common) {
    const logged = await phone.seal.openAlong("logged");
    return (logged && logged.cadres) || common.last_cadres || [];
  }
  async function log(main, argument) {
    const taken = await phone.taken();
    if (!taken) return phone.instead(main, "nothing");
    if (argument === "way") {
      const grid = phone.currentGrid(taken);
      return open(main, taken, null, await freshContent(taken, null, grid));
    }
    const found = phone.householdOf(taken, argument);
    if (!found) return phone.instead(main, "elsewhere", argument);
    const begun = (await phone.writings()).find(({ row, content }) => row.state === "writing" && content && content.household === found.household.pk);
    if (begun) { history.replaceState(null, "", `#visit/${begun.row.id}`); return open(main, taken, begun.row, begun.content); }
    return open(main, taken, null, await freshContent(taken, found.household, found.grid));
  }
  async function visit(main, id) {
    const row = await phone.store.draft(id);
    if (!row) return phone.instead(main, "home");
    if (row.state !== "writing") return phone.instead(main, "drafts");
    let content;
    try { content = await phone.seal.openDraft(row); } catch (error) { return phone.instead(main, "drafts"); }
    const taken = await phone.taken();
    // Without what was taken along there are no categories to choose from.
    return taken ? open(main, taken, row, content) : phone.instead(main, "nothing");
  }

  async function open(main, taken, row, content) {
    const release = row ? await phone.store.hold(row.id) : null;
    if (row && !release) {
      main.append(phone.part("in-use"));
      main.querySelector("[data-again]").addEventListener("click", () => phone.route());
      return undefined;
    }
    const apart = Boolean(row && row.kind === "anonymous");
    const found = content.household ? phone.householdOf(taken, content.household) : null;
    const place = apart ? content.village : content.place;
    const grid = (found && found.grid) || phone.gridOf(taken, place);
    const sheet = { common: taken.common, household: found && found.household, grid, apart };
    if (content.household && !found) sheet.household = { pk: content.household, number: "", head: "", said: [] };
    main.append(phone.part("visit"));
    const form = main.querySelector("form");
    now = { row, content, sheet, form, release, timer: 0, chain: Promise.resolve(), dirty: false };
    draw(taken);
    listen(now);
    keptLine(row ? say("kept_at", { time: phone.time(row.changed_at) }) : say("nothing_yet"));
    return undefined;
  }

  // ---- drawing
  function draw(taken) {
    const { form, content, sheet, row } = now;
    const one = (name) => form.querySelector(`[data-${name}]`);
    const { show } = sheetOf();
    one("name").textContent = sheet.apart ? say("anonymous_one")
      : sheet.household ? `${sheet.household.number} ${sheet.household.head}`.trim() || say("visit") : say("way");
    one("place").textContent = sheet.grid ? phone.gridName(sheet.grid) : "";
    const said = (!sheet.apart && sheet.household && sheet.household.said) || [];
    [...said].sort((a, b) => Boolean(b.answer) - Boolean(a.answer))
      .forEach((matter, n) => sheetOf().addLook(form, matter, content.looks.find((look) => look.number === matter.number), n));
    const settled = said.filter((matter) => matter.settled).length;
    show(one("settled"), settled);
    one("settled").querySelector("summary").textContent = say("settled", { n: settled });
    if (sheet.apart) sheetOf().addBlock(form, { ...content, informant: "anonymous", photos: [] }, sheet);
    else (content.opinions.length ? content.opinions : [null]).forEach((opinion) => sheetOf().addBlock(form, opinion, sheet));
    ["add", "the-visit", "only-visit", "moment-bar"].forEach((name) => show(one(name), !sheet.apart));
    if (!sheet.apart) drawVisit(taken);
    refused(row, form);
    sheetOf().light(form);
  }
  function drawVisit(taken) {
    const { form, content, sheet } = now;
    const { show } = sheetOf();
    show(form.querySelector("[data-nobody]"), sheet.household);
    form.querySelector("[name=nobody_home]").checked = content.nobody_home;
    form.querySelector("[name=said_at]").value = phone.local(content.said_at);
    form.querySelector("[name=remarks]").value = content.remarks;
    const list = form.querySelector("#id_cadres");
    const colleagues = taken.common.colleagues || [];
    show(form.querySelector("[data-cadres]"), colleagues.length);
    colleagues.forEach(({ pk, label }) => {
      const tick = make("input", { type: "checkbox", name: "cadres", value: pk, id: `id_cadres_${pk}` });
      tick.checked = content.cadres.includes(pk);
      list.append(make("div", {}, make("label", { for: `id_cadres_${pk}` }, tick, phone.label(label))));
    });
    momentLine();
    show(form.querySelector("[data-way]"), !sheet.household);
    if (sheet.household) return;
    const places = form.querySelector("[name=place]");
    phone.places(taken).forEach(([code, name]) => places.append(make("option", { value: code }, name)));
    places.value = content.place;
    form.querySelector("[name=kind]").value = content.kind;
  }
  function momentLine() { now.form.querySelector("[data-moment]").textContent = phone.moment(now.content.said_at); }
  function refused(row, form) {
    const answer = row && row.answer;
    if (!answer || answer.state !== "refused") return;
    phone.checks.tellRefused(form, now.content, answer.problems || []);
  }

  // ---- reading and keeping
  function read() {
    const { form, content, sheet } = now;
    const opinions = Array.from(form.querySelectorAll("[data-block]"), sheetOf().readBlock);
    if (sheet.apart) { Object.assign(content, phone.split.anonymousOf(opinions[0], content)); return opinions; }
    content.opinions = opinions;
    content.looks = Array.from(form.querySelectorAll("[data-look]"), sheetOf().readLook).filter((look) => look.word);
    content.nobody_home = form.querySelector("[name=nobody_home]").checked;
    content.remarks = form.querySelector("[name=remarks]").value.trim();
    content.cadres = Array.from(form.querySelectorAll("[name=cadres]:checked"), (tick) => Number(tick.value));
    const moment = form.querySelector("[name=said_at]").value;
    if (moment && moment !== phone.local(content.said_at)) content.said_at = new Date(moment).getTime();
    if (!sheet.household) {
      content.place = form.querySelector("[name=place]").value || content.place;
      content.kind = form.querySelector("[name=kind]").value;
    }
    momentLine();
    return opinions;
  }
  function keptLine(text) { if (now) now.form.querySelector("[data-kept]").textContent = text; }

  function touched() {
    now.dirty = true;
    if (now.timer) return;
    now.timer = setTimeout(keep, PAUSE);
  }
  // One after the other, so that an older text never overtakes a newer one.
  function keep() {
    const mine = now;
    if (!mine) return Promise.resolve();
    clearTimeout(mine.timer);
    mine.timer = 0;
    if (!mine.dirty) return mine.chain;
    mine.dirty = false;
    read();
    mine.chain = mine.chain.then(() => write(mine)).catch((error) => {
      mine.dirty = true;
      fell(mine, error);
    });
    return mine.chain;
  }
  async function write(mine) {
    await begin(mine);
    const row = await phone.seal.sealDraft(mine.row, mine.content);
    await phone.store.putDraft(row);
    mine.row = row;
    if (mine === now) {
      keptLine(say("kept_at", { time: phone.time(row.changed_at) }));
      mine.form.classList.remove("not-kept");
    }
  }
  // The first key stroke makes the draft; opening a form leaves nothing behind.
  async function begin(mine) {
    if (mine.row) return;
    mine.row = await phone.seal.newDraft("visit");
    mine.release = await phone.store.hold(mine.row.id);
    if (mine === now) history.replaceState(null, "", `#visit/${mine.row.id}`);
  }
  function fell(mine, error) {
    const why = error instanceof phone.store.Full ? say("full") : phone.failed(error);
    if (mine !== now) return;
    mine.form.classList.add("not-kept");
    keptLine(why);
    phone.announce(why);
  }
  // False where the last words can't be kept, and the person rather stays with them.
  async function leave() {
    const mine = now;
    if (!mine) return true;
    await keep();
    if (mine.dirty && !window.confirm(say("leave_unkept"))) return false;
    now = null;
    clearTimeout(mine.timer);
    if (mine.release) mine.release();
    return true;
  }

  // ---- saving
  // `meant`: nothing else than the visit is to be logged.
  async function save({ meant = false } = {}) {
    const mine = now;
    if (mine.saving) return;
    const opinions = read();
    const wrong = phone.checks.check(mine.form, sheetContent(mine, opinions), mine.sheet);
    phone.checks.tell(mine.form, wrong);
    if (wrong.length) { phone.checks.toFirst(wrong); return; }
    // A thumb that slipped logs no visit.
    if (!meant && isUntouched(mine, opinions) && !window.confirm(say("only_sure"))) return;
    mine.saving = true;
    mine.form.querySelector(".thumb button").disabled = true;
    try {
      mine.dirty = true;
      await keep();
      if (mine.dirty) throw new phone.store.Full("");
      await phone.split(mine.row, mine.content, mine.sheet.apart);
      now = null;
      if (mine.release) mine.release();
      location.hash = `#saved/${mine.row.id}`;
    } catch (error) {
      fell(mine, error);
      mine.form.querySelector(".thumb button").disabled = false;
    }
    mine.saving = false;
  }
  function isUntouched({ content, sheet }, opinions) {
    return !sheet.apart && opinions.every(sheetOf().isBlank) && !content.looks.length && !content.nobody_home && !content.remarks;
  }
  const sheetContent = (mine, opinions) => ({ ...mine.content, opinions, looks: mine.content.looks || [] });

  function onlyVisit() {
    const spoken = read().some((one) => !sheetOf().isBlank(one));
    if (spoken && !window.confirm(say("still_written"))) return;
    now.form.querySelector("[data-blocks]").textContent = "";
    sheetOf().addBlock(now.form, null, now.sheet);
    now.dirty = true;
    save({ meant: true });
  }
  async function throwAway() {
    if (!window.confirm(say("throw_away"))) return;
    const mine = now;
    now = null;
    clearTimeout(mine.timer);
    await mine.chain;
    if (mine.row) await phone.store.dropDraft(mine.row.id);
    if (mine.release) mine.release();
    location.hash = "#home";
  }

  // ---- photographs
  // Where one is kept: in the draft that is open, which it may begin.
  function album(mine) {
    return {
      async row() { await begin(mine); return mine.row; },
      async changed() { mine.dirty = true; if (mine === now) await keep(); },
    };
  }

  function listen({ form }) {
    const gone = () => !now || now.form !== form; // a field that is left with its page still tells that it changed
    form.addEventListener("input", (event) => {
      if (gone()) return;
      if (event.target.matches("[type=file]")) return;
      const block = event.target.closest("[data-block]");
      if (block && event.target.name.endsWith("-text")) sheetOf().drawTaps(block, now.sheet.common);
      if (block) sheetOf().light(form);
      touched();
    });
    form.addEventListener("change", (event) => {
      if (gone()) return;
      if (event.target.matches("[data-picture]")) { phone.pictures.attach(event.target, album(now)); return; }
      const block = event.target.closest("[data-block]"), look = event.target.closest("[data-look]");
      if (block) { sheetOf().drawQuestions(block, now.sheet.common); sheetOf().tidy(block); }
      if (look) sheetOf().tidyLook(look);
      sheetOf().light(form);
      touched();
    });
    form.addEventListener("click", (event) => {
      const on = (name) => event.target.closest(`[data-${name}]`);
      if (on("add")) {
        const block = sheetOf().addBlock(form, null, now.sheet);
        sheetOf().light(form);
        sheetOf().field(block, "text").focus();
      }
      else if (on("only-visit")) onlyVisit();
      else if (on("throw-away")) throwAway();
      else if (on("remove")) phone.pictures.remove(on("remove"), album(now));
      else if (on("put-back")) { event.preventDefault(); form.querySelector("[name=said_at]").focus(); }
    });
    form.addEventListener("submit", (event) => { event.preventDefault(); save(); });
  }
  document.addEventListener("visibilitychange", () => { if (document.hidden) keep(); });
  self.addEventListener("pagehide", () => { keep(); });

  Object.assign(phone.show, { log, visit });
  const address = () => (now && now.row ? `#visit/${now.row.id}` : "");
  phone.form = { leave, keep, address };
})();
