// What was written goes to the server: by the page, by the service worker, or by hand – one sender at once.
// Only the server's own answer makes a draft arrived; whatever else comes leaves it here, to be sent again. After contact.js.
(function () {
  "use strict";
  const phone = (self.phone = self.phone || {});
  const ARRIVALS = "/phone/arrivals/";
  const CHUNK = 128 * 1024; // bytes of a photo at once
  const FIRST_WAIT = 30 * 1000, LONGEST_WAIT = 60 * 60 * 1000;
  const SECONDS = 60; // that a chunk may take
  const store = () => phone.store;
  const seal = () => phone.seal;

  const { ask, meet, now } = phone.contact;

  const later = (row) => {
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(row.tries, 12)) * (0.8 + Math.random() * 0.4);
    return { ...row, state: row.answer ? "sending" : "ready", tries: row.tries + 1, next_try_at: Date.now() + wait };
  };
  const postpone = (rows) => Promise.all(rows.map((row) => store().alterDraft(row.id, (kept) => (isDue(kept, true) ? later(kept) : undefined))));
  const isWaiting = (row) => row.state === "ready" || row.state === "sending";
  // A time far ahead was set by a clock that has been put back since.
  const isTime = (row) => row.next_try_at <= Date.now() || row.next_try_at > Date.now() + 2 * LONGEST_WAIT;
  const isDue = (row, at_once) => isWaiting(row) && Boolean(row.sealed) && (at_once || isTime(row));
  const same = (one, other) => one.length === other.length && one.every((byte, i) => byte === other[i]);

  const ENDS = { arrived: "arrived", undecided: "undecided", discarded: "arrived" };
  const STAYS = { 409: ["other_content", "conflict"], 422: ["refused", "refused"], 403: ["somebody_elses", "foreign"] };

  // What an answer makes of a row; undefined: it says nothing about it, try again later.
  function judged(row, { status, body }, photos, moment) {
    const word = body && body.state;
    if ((status === 200 || status === 201 || status === 202) && ENDS[word]) return settled({ ...row, answer: body }, photos, moment);
    const stays = STAYS[status];
    if (stays && stays[0] === word) return { ...row, state: stays[1], answer: body };
    // Never to be taken as it is, whatever the reason: a person has to look.
    if (status === 400 || status === 413) return { ...row, state: "refused", answer: body || { state: "refused", problems: [] } };
    return undefined;
  }
  // Of an anonymous one only the day is kept: the moment, or how often it was tried, would tell with which visit it came.
  const keptMoment = (row, moment) => (row.kind === "anonymous" ? new Date(moment).setHours(0, 0, 0, 0) : moment);
  // Text and photos are there, or the text alone is and photos are on the way.
  function settled(row, photos, moment) {
    const waits = row.answer.state !== "discarded" && photos.some((one) => one.state === "waiting");
    if (waits) return { ...row, state: "sending", tries: 0, next_try_at: 0 };
    const refused = photos.filter((one) => one.state === "refused").map((one) => one.id);
    const answer = { ...row.answer, photos_refused: refused };
    return { ...row, state: ENDS[row.answer.state], answer, arrived_at: keptMoment(row, moment), tries: 0, next_try_at: 0 };
  }

  // One entry's text. "next", "signed_out", "enough" (the server takes no more just now), or "trouble" when nothing
  // useful came back.
  async function sendText(id, by) {
    const row = await store().alterDraft(id, (kept) => (isDue(kept, true) && !kept.answer ? { ...kept, state: "sending" } : undefined));
    if (!row || row.state !== "sending" || row.answer) return "next";
    const answer = await ask(ARRIVALS, { method: "POST", json: seal().packet(row), by });
    const photos = await store().photosOf(id);
    const moment = await now();
    let told = false;
    await store().alterDraft(id, (kept) => {
      if (kept.state !== "sending" || !same(kept.iv, row.iv)) return undefined;
      const next = judged(kept, answer, photos, moment);
      told = Boolean(next);
      return next || (answer.status === 401 ? { ...kept, state: "ready" } : later(kept));
    });
    if (answer.status === 202 && answer.body.state === "undecided") await oneMoreUndecided();
    if (answer.status === 401) return "signed_out";
    if (answer.status === 429) return "enough";
    return told ? "next" : "trouble";
  }
  const oneMoreUndecided = () => store().alter("contact", (last) => last && { ...last, undecided: (last.undecided || 0) + 1 });

  // The photos of an entry whose text has arrived, each from where the server has it.
  async function sendPhotos(row, by) {
    if (row.answer.waits) await store().alterDraft(row.id, (kept) => ({ ...kept, answer: { ...kept.answer, waits: null } }));
    for (const one of await store().photosOf(row.id)) {
      const word = one.state === "waiting" ? await sendPhoto(row, one, by) : "next";
      if (word === "again") {
        await store().alterDraft(row.id, (kept) => ({ ...kept, state: "ready", answer: null }));
        return "next";
      }
      if (word !== "next") {
        if (word === "trouble") await postpone([row]);
        return word;
      }
    }
    const photos = await store().photosOf(row.id);
    const moment = await now();
    await store().alterDraft(row.id, (kept) => (kept.answer && kept.state === "sending" ? settled(kept, photos, moment) : undefined));
    return "next";
  }
  async function sendPhoto(row, one, by) {
    const path = ARRIVALS + row.id + "/photos/" + one.id + "/";
    const envelope = one.envelope;
    let answer = await ask(path, { by });
    for (let i = 0; i < 4 + 2 * envelope.length / CHUNK; i++) {
      const { status, body } = answer;
      if (status === 401) return "signed_out";
      if (status === 429) {
        // So many in a day, or so fast: it stays, with the reason.
        await store().alterDraft(row.id, (kept) => ({ ...later(kept), answer: { ...kept.answer, waits: body && body.reason } }));
        return "enough";
      }
      if (status === 404 && body && body.state === "no_visit") return "again";
      if (status === 413 || (status === 422 && body && body.state === "refused")) {
        await store().putPhoto({ ...one, state: "refused", problems: (body && body.problems) || [] });
        return "next";
      }
      if ((status !== 200 && status !== 409) || !body || body.have === undefined) return "trouble";
      if (body.have === "kept") {
        // The server has it whole: the room on the phone is free again.
        await store().putPhoto({ ...one, state: "kept", have: one.size, envelope: null });
        return "next";
      }
      const bytes = envelope.subarray(body.have, body.have + CHUNK);
      const place = "?offset=" + body.have + "&total=" + envelope.length;
      answer = await ask(path + place, { method: "PUT", bytes, by, seconds: SECONDS });
    }
    return "trouble";
  }

  // Arrived things are readable until their day is over, by the server's clock.
  async function sweep() {
    const day = (ms) => new Date(ms).toDateString();
    const moment = await now();
    for (const row of await store().drafts()) {
      const done = (row.state === "arrived" || row.state === "undecided") && row.arrived_at < moment;
      const open = row.answer && row.answer.photos_refused && row.answer.photos_refused.length;
      if (done && !open && day(row.arrived_at) !== day(moment)) await store().dropDraft(row.id);
    }
  }

  // Drafts of somebody else wait until that person signs in here again.
  async function sortOut(cadre) {
    for (const row of await store().drafts()) {
      const theirs = row.cadre && row.cadre !== cadre;
      if (theirs && row.state === "ready") await store().alterDraft(row.id, (kept) => ({ ...kept, state: "foreign" }));
      if (!theirs && row.state === "foreign") await store().alterDraft(row.id, (kept) => ({ ...kept, state: "ready" }));
    }
  }

  async function each(rows, by, f) {
    for (const row of rows) {
      let word = await f(row);
      // Was it this entry, or is the network gone? One that gets no answer holds up no other.
      if (word === "trouble" && (await meet({ by })).state !== "ok") word = "no_network";
      if (["signed_out", "no_network", "enough"].includes(word)) return word;
    }
    return "";
  }
  async function run(by, at_once) {
    await sweep();
    const due = async () => (await store().drafts()).filter((row) => isDue(row, at_once) || row.state === "foreign");
    if (!(await due()).length) return "done";
    const met = await meet({ by });
    if (met.state !== "ok") {
      if (met.state !== "signed_out") await postpone((await due()).filter(isWaiting));
      return met.state;
    }
    await sortOut(met.cadre.pk);
    const tried = new Set();
    const fresh = (rows, has) => rows.filter((row) => isWaiting(row) && Boolean(row.answer) === has && !tried.has(row.id + has));
    for (;;) {
      const rows = await due();
      // All texts before any photo, in any order: none may say which anonymous words belong to which visit.
      const texts = fresh(rows, false), photos = fresh(rows, true);
      const next = texts.length ? seal().shuffled(texts) : photos.slice(0, 1);
      if (!next.length) return "done";
      next.forEach((row) => tried.add(row.id + Boolean(row.answer)));
      const word = await each(next, by, (row) => (row.answer ? sendPhotos(row, by) : sendText(row.id, by)));
      if (word) {
        if (word !== "signed_out") await postpone((await due()).filter((row) => isWaiting(row) && isTime(row)));
        return word;
      }
    }
    return "done";
  }

  let running = null, again = null;
  // Sends what is due (`at_once`: whatever its patience says). {state: "done" | "signed_out" | "no_network" | "enough" |
  // "trouble" | "full" | "unavailable", left: n entries still waiting}
  function send({ by = "page", at_once = false } = {}) {
    if (running) again = { by, at_once: at_once || Boolean(again && again.at_once) };
    else running = sendOnce(by, at_once);
    return running;
  }
  async function sendOnce(by, at_once) {
    let answer, next;
    try { answer = await ended(await locked(() => run(by, at_once))); } catch (error) { answer = failed(error); } finally {
      next = again;
      running = again = null;
    }
    // What was asked for meanwhile: something written after the last look.
    return next && answer.state === "done" ? send(next) : answer;
  }
  const locked = (f) => (navigator.locks ? navigator.locks.request("sending", f) : f());
  async function ended(state) {
    const left = (await store().drafts()).filter(isWaiting).length;
    await store().set("outcome", { state, at: Date.now() });
    store().changed();
    await wakeLater();
    return { state, left };
  }
  function failed(error) {
    if (error instanceof store().Full) return { state: "full", left: 0 };
    if (error instanceof store().Unavailable) return { state: "unavailable", left: 0 };
    throw error;
  }

  // The next try comes by itself: by background sync where there is one, and by this page while it is open.
  let timer = 0;
  async function wakeLater() {
    const times = (await store().drafts()).filter((row) => isWaiting(row) && row.sealed).map((row) => row.next_try_at);
    if (!times.length || !self.document) return;
    clearTimeout(timer);
    timer = setTimeout(() => send(), Math.min(LONGEST_WAIT, Math.max(5000, Math.min(...times) - Date.now())));
    try {
      const registration = await navigator.serviceWorker.getRegistration("/");
      if (registration && registration.sync) await registration.sync.register("send");
    } catch (error) { /* forbidden by the person: the page sends */ }
  }
  // A page that is open sends by itself: now, when the network is back, and when it is looked at again.
  let attended = false;
  function attend() {
    if (attended) return;
    attended = true;
    const go = () => { send({ at_once: true }).catch(() => {}); };
    self.addEventListener("online", go);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) send().catch(() => {}); });
    go();
  }

  phone.sending = { send, attend };
})();
