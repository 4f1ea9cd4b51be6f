// Everything on the phone: what is written, waits, has arrived, or needs somebody – and what to do about it.
(function () {
  "use strict";
  const phone = self.phone;
  const { say, label, make } = phone;
  const GROUPS = {
    writing: "writing", ready: "unsent", sending: "unsent", arrived: "arrived", undecided: "needs", refused: "needs",
    conflict: "needs", foreign: "needs", stranded: "needs",
  };

  // ---- what a draft's state says
  async function stateOf(row) {
    const answer = row.answer || {};
    if (row.state === "sending" && row.answer) {
      const waiting = (await phone.store.photosOf(row.id)).filter((one) => one.state === "waiting").length;
      return `${say("state_pictures", { n: waiting })} ${label(answer.waits)}`.trim();
    }
    if (row.state === "refused") return say("refused_title");
    if (row.state === "undecided") return say("state_undecided", { why: label(answer.reason) });
    if (row.state === "arrived" && answer.state === "discarded") return label(answer.reason) || say("state_arrived");
    return say(`state_${row.state}`);
  }
  // What the server found wrong: at which field, and why.
  function problem({ field, label: name, text }) {
    const [, n] = /^opinions\.(\d+)/.exec(field) || [];
    const where = [n && say("nth", { n: Number(n) + 1 }), label(name)].filter(Boolean).join(" · ");
    return make("li", {}, where ? make("b", {}, where, say("colon")) : "", label(text));
  }
  // Numbers given, with the words they stand for, and what became of last time's matters.
  function numbers(list, row, content) {
    const answer = row.answer || {};
    const words = new Map(((content && content.opinions) || []).map((one) => [one.id, one.text]));
    list.textContent = "";
    if (row.state === "refused") list.append(...(answer.problems || []).map(problem));
    (answer.opinions || []).forEach((one) => list.append(make("li", {}, make("b", {}, say("number_is", { number: one.number })),
      words.get(one.id) ? make("span", { class: "two-lines" }, words.get(one.id)) : "")));
    // What is to be decided on is seen: the server's version stands behind a button.
    if (["conflict", "refused"].includes(row.state)) words.forEach((text) => list.append(make("li", { class: "two-lines" }, text)));
    (answer.looks || []).forEach((one) => list.append(make("li", {}, `${one.number}${say("colon")}${label(one.became)}`)));
    if (answer.perhaps_same) list.append(make("li", {}, say("perhaps_same")));
    if ((answer.photos_refused || []).length) list.append(make("li", {}, say("pictures_refused", { n: answer.photos_refused.length })));
    list.hidden = !list.children.length;
  }

  // ---- what can be done
  const go = (address) => async () => { location.href = address; };
  function actions(row, content) {
    const answer = row.answer || {};
    const closed = row.sealed && !content && phone.seal.isUnlocked();
    const recover = closed ? [["recover", () => recovered(row)]] : [];
    const throwAway = ["throw", async () => { if (window.confirm(say("throw_away"))) await phone.store.dropDraft(row.id); }];
    const asText = [["text", (box) => showText(row, box)], ["file", async () => phone.save(`${row.id}.txt`, await phone.seal.asText(row))]];
    const sure = async () => { if (window.confirm(say("act_theirs_sure"))) await phone.store.dropDraft(row.id); };
    return {
      writing: closed ? [...recover, throwAway] : [["go_on", go(`#visit/${row.id}`)], throwAway],
      refused: [...(closed ? recover : [["correct", () => correct(row)]]), throwAway],
      conflict: [...(row.kind === "visit" ? [["server", go(`/visits/${row.id}/`)]] : []), ...(closed ? recover : [["new", () => asNew(row)]]), ["theirs", sure]],
      undecided: [["tray", go(answer.tray ? `/undecided/${answer.tray}/` : "/undecided/")]],
      foreign: [["sign_in", go("/sign-in/?next=/phone/")]],
      stranded: [...asText, throwAway],
      arrived: [
        ...(answer.perhaps_same ? [["both", go(`/visits/${row.id}/`)]] : []),
        ...((answer.photos_refused || []).length ? [["seen", () => seen(row)]] : []),
      ],
    }[row.state] || [];
  }
  async function correct(row) {
    await phone.store.alterDraft(row.id, (kept) => (kept.state === "refused" ? { ...kept, state: "writing" } : undefined));
    location.hash = `#visit/${row.id}`;
  }
  // The photographs that were refused go; the numbers stay until their day is over.
  async function seen(row) {
    for (const id of row.answer.photos_refused) await phone.store.dropPhoto(id);
    await phone.store.alterDraft(row.id, (kept) => ({ ...kept, answer: { ...kept.answer, photos_refused: [] } }));
  }
  async function recovered(row) {
    await phone.seal.recover(row);
    phone.store.changed();
  }
  // Mine stays too: as another visit, with photographs of its own.
  async function asNew(row) {
    const content = await phone.seal.openDraft(row);
    const made = await phone.seal.newDraft(row.kind);
    const names = new Map();
    for (const photo of await phone.store.photosOf(row.id)) {
      if (!photo.envelope) continue;
      const id = phone.seal.uuid();
      const envelope = await phone.seal.sealPhoto(made, id, await phone.seal.openPhoto(row, photo));
      await phone.store.putPhoto({ ...photo, id, draft: made.id, envelope, have: 0, state: "waiting" });
      names.set(photo.id, id);
    }
    const again = (one) => ({
      ...one, id: phone.seal.uuid(), photos: one.photos.filter((photo) => names.has(photo.id)).map((photo) => ({ ...photo, id: names.get(photo.id) })),
    });
    const whole = content.opinions ? { ...content, opinions: content.opinions.map(again) } : content;
    await phone.seal.finish(made, whole, [], [row.id]);
    phone.sending.send({ by: "person", at_once: true });
  }
  async function showText(row, box) {
    const area = box.querySelector("textarea");
    area.hidden = false;
    area.value = await phone.seal.asText(row);
    area.select();
    if (document.execCommand("copy")) phone.announce(say("copied"));
  }

  // ---- the page
  async function card({ row, content }, all) {
    const box = phone.part("draft").firstElementChild;
    const put = (name, text) => { box.querySelector(`[data-${name}]`).textContent = text; };
    put("name", phone.titleOf(row, content, all));
    // Of an anonymous one no time is kept, only the day.
    put("when", row.kind === "anonymous" ? phone.day(row.changed_at) : say("written_at", { time: phone.moment(row.changed_at) }));
    // Of those the heading above them says it.
    const plain = row.state === "ready" || row.state === "writing";
    box.querySelector("[data-state]").hidden = plain;
    put("state", plain ? "" : await stateOf(row));
    numbers(box.querySelector("[data-numbers]"), row, content);
    const failed = (error) => {
      if (error.why === "locked") { location.hash = "#drafts/open"; return; }
      const text = phone.failed(error);
      box.querySelector("[data-state]").hidden = false;
      put("state", text);
      phone.announce(text);
    };
    actions(row, content).forEach(([name, act]) => box.querySelector("[data-actions]").append(make("button", {
      class: "btn btn-outline-primary", type: "button", click: () => { act(box).catch(failed); },
    }, say(`act_${name}`))));
    return box;
  }
  async function fill(root) {
    const one = (name) => root.querySelector(`[data-${name}]`);
    const unlocked = phone.seal.isUnlocked();
    const found = unlocked ? await phone.writings() : (await phone.store.drafts()).map((row) => ({ row, content: null }));
    found.sort((a, b) => b.row.changed_at - a.row.changed_at);
    const all = unlocked ? await phone.taken() : null;
    const cards = await Promise.all(found.map((each) => card(each, all)));
    root.querySelectorAll(".draft").forEach((old) => old.remove());
    root.querySelectorAll("[data-group]").forEach((group) => { group.hidden = true; });
    found.forEach(({ row }, i) => {
      const group = root.querySelector(`[data-group="${GROUPS[row.state] || "needs"}"]`);
      group.hidden = false;
      group.append(cards[i]);
    });
    const [contact, outcome] = [await phone.store.get("contact"), await phone.store.get("outcome")];
    const unsent = found.some(({ row }) => row.state === "ready" || row.state === "sending");
    one("contact").textContent = contact ? say("contact", { time: phone.moment(contact.at) }) : say("contact_never");
    one("closed").hidden = unlocked || !found.length || !(await phone.seal.isOn());
    one("empty").hidden = found.length > 0;
    one("send").hidden = !unsent;
    one("signed-out").hidden = !(unsent && outcome && outcome.state === "signed_out");
    one("file").hidden = !found.some(({ row }) => phone.seal.UNSENT.includes(row.state));
    one("full").hidden = !(await isFull());
  }
  async function isFull() {
    if (!navigator.storage || !navigator.storage.estimate) return false;
    const { usage, quota } = await navigator.storage.estimate();
    return quota - usage < 5 * 1048576;
  }
  async function drafts(root) {
    root.append(phone.part("drafts"));
    const holder = root.firstElementChild;
    await fill(holder);
    let soon = 0;
    phone.redraw = () => {
      clearTimeout(soon);
      // Not under a thumb that is just reading a text.
      soon = setTimeout(() => { if (holder.isConnected && !holder.querySelector("textarea:not([hidden])")) fill(holder).catch(() => {}); }, 150);
    };
    holder.querySelector("[data-send]").addEventListener("click", async (event) => {
      event.target.disabled = true;
      const { state } = await phone.sending.send({ by: "person", at_once: true });
      event.target.disabled = false;
      if (state !== "done" && state !== "signed_out") phone.announce(say(state === "enough" ? "why_fast" : "sent_none"));
      await fill(holder);
    });
    holder.querySelector("[data-export]").addEventListener("click", async () => {
      const made = await phone.seal.exportFile();
      phone.save(made.name, made.blob);
      phone.announce(say("exported", { name: made.name }));
    });
  }

  // ---- right after "Save"
  async function saved(root, id) {
    const row = await phone.store.draft(id);
    if (!row) return phone.instead(root, "home");
    root.append(phone.part("saved"));
    const holder = root.firstElementChild;
    const one = (name) => holder.querySelector(`[data-${name}]`);
    const apart = phone.split.last && phone.split.last.id === id ? phone.split.last.anonymous : 0;
    one("anonymous").hidden = !apart;
    one("anonymous").textContent = say("saved_anonymous", { n: apart });
    const draw = async () => {
      const kept = await phone.store.draft(id);
      if (!kept) return;
      let content = null;
      try { content = await phone.seal.openDraft(kept); } catch (error) { /* locked: without its words */ }
      const all = phone.seal.isUnlocked() ? await phone.taken() : null;
      const there = kept.state === "arrived" || (kept.state === "sending" && kept.answer);
      one("title").textContent = say(there ? "saved_arrived" : kept.kind === "anonymous" ? "saved_opinion" : "saved");
      one("name").textContent = content ? phone.titleOf(kept, content, all) : "";
      one("state").textContent = await stateOf(kept);
      numbers(one("numbers"), kept, content);
    };
    await draw();
    phone.redraw = () => { if (holder.isConnected) draw().catch(() => {}); };
    phone.sending.send({ by: "person", at_once: true }).catch(() => {});
    return undefined;
  }

  Object.assign(phone.show, { drafts, saved });
})();
