// What lies on the phone is sealed: by the PIN for the cadre, by the server's public key for the server. After ciphers.js.
//
// PIN → PBKDF2 → key that wraps the phone's own key; that one wraps the key of what was taken along and a copy of each
// draft's key. The own key is held by this script only, while the page is open: the service worker never has it.
(function () {
  "use strict";
  const phone = (self.phone = self.phone || {});
  const TRIES = 5;
  const RSA = { name: "RSA-OAEP", hash: "SHA-256" };
  const store = () => phone.store;

  // `why` is a word for the page: see available(), turnOn(), openDraft().
  class Refused extends Error {
    constructor(why) { super(why); this.why = why; }
  }

  let own = null; // the phone's own key while unlocked
  let pack = null; // the key of what was taken along
  const keys = new Map(); // of the drafts that were opened

  // Whether this browser can keep anything sealed here; if not, why: "insecure" (no https), "no_crypto",
  // "no_store", "no_worker" (forbidden, or a private window that has none).
  function available() {
    let why = "";
    if (!self.isSecureContext) why = "insecure";
    else if (!self.crypto || !crypto.subtle) why = "no_crypto";
    else if (!self.indexedDB) why = "no_store";
    else if (self.document && !("serviceWorker" in navigator)) why = "no_worker";
    return { ok: !why, why };
  }
  function must() {
    const can = available();
    if (!can.ok) throw new Refused(can.why);
  }

  const { utf8, text, random, base64, unbase64, uuid, digest, aes, encrypt, decrypt, wrap, unwrap } = phone.ciphers;
  const { fromPin, weak, pinOf, shuffled } = phone.ciphers;

  // A PIN for this phone. The first one, or a new one after the old was forgotten: what was taken along under the old
  // one is gone, and drafts sealed under it open again by recover().
  async function turnOn(pin) {
    must();
    const why = weak(pin);
    if (why) throw new Refused(why);
    const raw = random(32);
    const kept = await pinOf(pin, raw);
    await store().dropAlong();
    await store().set("pin", kept);
    lock();
    own = await aes(raw);
    store().changed();
  }
  const isOn = async () => Boolean(await store().get("pin"));

  // Whether five wrong PINs have been: none opens anything here any more.
  const isForgotten = async () => { const kept = await store().get("pin"); return Boolean(kept && !kept.check); };

  // true, {left: n} tries, or {erased: true} once five were wrong. The try is counted before it is made, so that
  // nobody gains tries by closing the page in between.
  async function unlock(pin) {
    must();
    const kept = await store().alter("pin", (now) => now && { ...now, wrong: now.wrong + 1 });
    if (!kept) throw new Refused("off");
    if (!kept.check || kept.wrong > TRIES) return forget();
    let raw;
    try { raw = await unwrap(await fromPin(pin, kept.salt, kept.rounds), kept.check); } catch (error) {
      return kept.wrong >= TRIES ? forget() : { left: TRIES - kept.wrong };
    }
    await store().alter("pin", (now) => now && { ...now, wrong: 0 });
    lock();
    own = await aes(raw);
    return true;
  }
  // After five wrong PINs nothing on the phone opens what lies on it any more; drafts remain for the server.
  async function forget() {
    await store().alter("pin", (now) => now && { ...now, check: null });
    await erase();
    store().changed("lock");
    return { erased: true };
  }
  async function changePin(old, pin) {
    const why = weak(pin);
    if (why) throw new Refused(why);
    const answer = await unlock(old);
    if (answer !== true) return answer;
    const { salt, rounds, check } = await store().get("pin");
    const raw = await unwrap(await fromPin(old, salt, rounds), check);
    await store().set("pin", await pinOf(pin, raw));
    return true;
  }
  function lock() { own = pack = null; keys.clear(); store().changed("locked"); }
  const isUnlocked = () => own !== null;
  function mine() {
    if (!own) throw new Refused("locked");
    return own;
  }

  // Erases what was taken along, and its key; unsent drafts stay, and open by the PIN as before.
  async function erase() {
    pack = null;
    await store().dropAlong();
  }
  async function packKey() {
    if (pack) return pack;
    const kept = await store().get("packKey");
    const raw = kept ? await unwrap(mine(), kept) : random(32);
    if (!kept) await store().set("packKey", await wrap(raw, mine()));
    return (pack = await aes(raw));
  }
  async function sealAlong(id, value) {
    return { id, ...(await encrypt(await packKey(), utf8(JSON.stringify(value)), id)) };
  }
  // What was taken along under this id ("common" or a grid's code), or undefined.
  async function openAlong(id) {
    mine();
    const row = await store().along(id);
    if (!row || !(await store().get("packKey"))) return undefined;
    return JSON.parse(text(await decrypt(await packKey(), row.iv, row.sealed, id)));
  }

  // The row of a new draft, with a random key of its own that two can open: whoever has the PIN, and the server.
  async function newDraft(kind) {
    const server = await store().get("key");
    if (!server) throw new Refused("no_key");
    const raw = random(32);
    const spki = await crypto.subtle.importKey("spki", unbase64(server.spki), RSA, false, ["encrypt"]);
    const row = {
      id: uuid(), schema: store().SCHEMA, kind: kind || "visit", state: "writing", cadre: ((await store().get("cadre")) || {}).pk,
      changed_at: Date.now(), key_id: server.id,
      sealed_key: new Uint8Array(await crypto.subtle.encrypt(RSA, spki, raw)), pin_key: await wrap(raw, mine()),
      iv: null, sealed: null, tries: 0, next_try_at: 0, answer: null, arrived_at: null,
    };
    keys.set(row.id, await aes(raw));
    return row;
  }
  async function keyOf(row) {
    mine();
    if (!keys.has(row.id)) {
      try { keys.set(row.id, await aes(await unwrap(own, row.pin_key))); } catch (error) { throw new Refused("other_pin"); }
    }
    return keys.get(row.id);
  }
  // The row with this content; store.putDraft writes it.
  async function sealDraft(row, content) {
    const whole = { schema: store().CONTENT, ...content };
    const made = await encrypt(await keyOf(row), utf8(JSON.stringify(whole)), row.id);
    return { ...row, ...made, changed_at: Date.now() };
  }
  // Throws Refused: "locked", or "other_pin" for one that only recover() opens.
  async function openDraft(row) {
    if (!row.sealed) return null;
    const bytes = await decrypt(await keyOf(row), row.iv, row.sealed, row.id);
    return store().migrateContent(JSON.parse(text(bytes)));
  }
  // "Save the visit": the visit and each anonymous opinion become entries of their own, all or none, and nothing
  // that can be read here says that they belong together: no order, and of the moment only the day. What names
  // somebody who spoke in confidence, and what was said anonymously, is open to the server alone from now on: a PIN
  // can be tried through by whoever has copied the phone's memory. recover() opens it again for its author.
  // The entries of `gone` go in the same moment. Sealed into the visit is the name of this phone, which nobody knows but
  // the server: it proves whose visit it is when somebody else brings it as a file.
  async function finish(row, content, anonymous, gone) {
    const made = await sealDraft(row, row.kind === "visit" ? { ...content, phone: await store().get("phone") } : content);
    const secret = made.kind === "anonymous" || (content.opinions || []).some((one) => one.informant === "confidential");
    const rows = [{ ...(secret ? closed(made) : made), state: "ready", tries: 0, next_try_at: 0, answer: null }];
    for (const one of anonymous) {
      const apart = await sealDraft(await newDraft("anonymous"), one);
      rows.push({ ...closed(apart), state: "ready" });
    }
    await store().putDrafts(rows, gone);
    return rows[0];
  }
  function closed(row) {
    keys.delete(row.id);
    const changed_at = row.kind === "anonymous" ? new Date().setHours(0, 0, 0, 0) : row.changed_at;
    return { ...row, pin_key: null, changed_at };
  }
  // A draft as text, for whoever must rescue it: the words written, then all that is in it; or, if nothing here opens
  // it, the row as it lies.
  async function asText(row) {
    if (row.pin_key && !(await isForgotten())) mine();
    let whole;
    try { whole = JSON.parse(text(await decrypt(await keyOf(row), row.iv, row.sealed, row.id))); } catch (error) { whole = row; }
    const written = [];
    const all = JSON.stringify(whole, (name, value) => {
      if (["text", "account", "remarks"].includes(name) && value) written.push(value);
      return value instanceof Uint8Array ? base64(value) : value;
    }, 1);
    return [...written, all].join("\n\n");
  }

  // A photo as it lies and travels: length of the sealed key, sealed key, iv, sealed picture.
  async function sealPhoto(row, photoId, bytes) {
    const { iv, sealed } = await encrypt(await keyOf(row), bytes, photoId);
    const head = row.sealed_key.length;
    const envelope = new Uint8Array(2 + head + 12 + sealed.length);
    envelope.set([head >> 8, head & 255]);
    envelope.set(row.sealed_key, 2);
    envelope.set(iv, 2 + head);
    envelope.set(sealed, 14 + head);
    return envelope;
  }
  async function openPhoto(row, { id, envelope }) {
    const at = 2 + envelope[0] * 256 + envelope[1];
    return decrypt(await keyOf(row), envelope.subarray(at, at + 12), envelope.subarray(at + 12), id);
  }

  // The entry as the server takes it, from what lies here sealed: no PIN is needed.
  function packet(row) {
    return {
      id: row.id, schema: 1, kind: row.kind, key_id: row.key_id,
      sealed_key: base64(row.sealed_key), iv: base64(row.iv), sealed: base64(row.sealed), clock: Date.now(),
    };
  }
  // A draft sealed under a forgotten PIN: the server opens it for its author, who is signed in; from then on it opens
  // by the present PIN. Gives its content.
  async function recover(row) {
    mine();
    const answer = await phone.contact.ask("/phone/open/", { method: "POST", json: { packet: packet(row) }, by: "person" });
    if (answer.status !== 200) throw new Refused((answer.body && answer.body.state) || "no_network");
    const raw = unbase64(answer.body.key);
    const pin_key = await wrap(raw, own);
    keys.set(row.id, await aes(raw));
    await store().alterDraft(row.id, (now) => ({ ...now, pin_key }));
    return store().migrateContent(answer.body.content);
  }

  const UNSENT = ["ready", "sending", "refused", "conflict", "foreign"];
  // Everything that was finished and has not arrived, as one file that only the server opens. What is still being
  // written stays: there an anonymous opinion would travel with its visit. {blob, name, entries, writing}
  async function exportFile() {
    const rows = await store().drafts();
    const unsent = rows.filter((row) => UNSENT.includes(row.state) && row.sealed);
    const parts = ['{"schema":1,"packets":['];
    for (const [i, row] of shuffled(unsent).entries()) parts.push((i ? "," : "") + JSON.stringify(packet(row)));
    parts.push('],"photos":[');
    let n = 0;
    for (const row of unsent) {
      for (const one of await store().photosOf(row.id)) {
        if (one.state === "kept") continue;
        parts.push((n++ ? "," : "") + JSON.stringify({ visit: row.id, id: one.id, envelope: base64(one.envelope) }));
      }
    }
    parts.push("]}");
    const today = new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 10);
    return {
      blob: new Blob(parts, { type: "application/octet-stream" }), name: "village-voices-" + today + ".sealed",
      entries: unsent.length, writing: rows.filter((row) => row.state === "writing").length,
    };
  }
  // Signed out, or erased, in another tab or by the worker: nothing stays open here.
  if (self.document) store().onChange((what) => { if (what === "lock" && (own || pack)) lock(); });

  phone.seal = {
    Refused, UNSENT, available, weak, turnOn, isOn, isForgotten, unlock, lock, isUnlocked, changePin, erase, sealAlong, openAlong, newDraft,
    sealDraft, openDraft, finish, asText, sealPhoto, openPhoto, packet, recover, exportFile, shuffled, digest, uuid,
  };
})();
