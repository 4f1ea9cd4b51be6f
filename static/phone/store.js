// What lies on the phone: one small database, the same for pages and the service worker.
(function () {
  "use strict";
  const phone = (self.phone = self.phone || {});
  const NAME = "village-voices";
  const MARK = "village-voices-phone"; // in localStorage, which the browser keeps when it clears the database away
  const SCHEMA = 1; // of a draft's row
  const CONTENT = 1; // of what is sealed in it
  const HARD = { durability: "strict" }; // written to the disk, not only handed to the system

  // No database here: none built in, forbidden, or a private window that has none.
  class Unavailable extends Error {}
  // No room left on the phone; nothing of the last change was written.
  class Full extends Error {}

  let opened = null;
  function open() {
    if (!self.indexedDB || !self.idb) return Promise.reject(new Unavailable("no database"));
    if (!opened) {
      opened = self.idb.openDB(NAME, 1, {
        upgrade(db) {
          db.createObjectStore("settings");
          db.createObjectStore("along", { keyPath: "id" });
          db.createObjectStore("drafts", { keyPath: "id" });
          db.createObjectStore("photos", { keyPath: "id" }).createIndex("draft", "draft");
        },
        // A newer version in another tab wants to change the shape: don't stand in its way.
        blocking() { close(); },
        terminated() { opened = null; },
      });
      opened.catch(() => { opened = null; });
    }
    return opened.catch((error) => { throw told(error); });
  }
  function close() {
    const was = opened;
    opened = null;
    if (was) was.then((db) => db.close(), () => {});
  }
  function told(error) {
    const name = error && error.name;
    if (error instanceof Full || error instanceof Unavailable) return error;
    if (name === "QuotaExceededError") return new Full(error.message);
    if (/^(InvalidStateError|SecurityError|UnknownError|VersionError)$/.test(name)) return new Unavailable(error.message);
    return error;
  }
  async function read(f) {
    const db = await open();
    try { return await f(db); } catch (error) { throw told(error); }
  }
  // One transaction: everything in it is written, or nothing. `f` waits for the database only, never for anything else.
  async function write(stores, f) {
    const db = await open();
    try {
      const tx = db.transaction(stores, "readwrite", HARD);
      const ended = tx.done;
      ended.catch(() => {});
      let answer;
      try { answer = await f(tx); } catch (error) {
        try { tx.abort(); } catch (over) { /* it has ended by itself */ }
        // The transaction knows why: a full disk shows in its end, not in the request.
        await ended.catch((why) => { if (why && why.name === "QuotaExceededError") throw why; });
        throw error;
      }
      await ended;
      return answer;
    } catch (error) { throw told(error); }
  }

  const get = (key) => read((db) => db.get("settings", key));
  const set = (key, value) => write(["settings"], (tx) => tx.store.put(value, key));
  const drop = (key) => write(["settings"], (tx) => tx.store.delete(key));
  // Change a setting by what it is now; `f` returns the new value (undefined: gone).
  function alter(key, f) {
    return write(["settings"], async (tx) => {
      const value = f(await tx.store.get(key));
      await (value === undefined ? tx.store.delete(key) : tx.store.put(value, key));
      return value;
    });
  }

  // Rows of former releases, one step each; a step that can't do it throws. What is in the database stays as it is
  // until the row is next written: a draft of a newer release, or one that no step can read, is never overwritten.
  const STEPS = {
    // Before the first release all drafts were visits, and the keys stood together.
    0(row) {
      const { key, ...rest } = row;
      if (!key || !key.sealed) throw new Error("no key");
      return {
        ...rest, schema: 1, kind: "visit", state: row.state === "saved" ? "ready" : "writing",
        key_id: key.id, sealed_key: key.sealed, pin_key: key.pin,
        tries: 0, next_try_at: 0, answer: null, arrived_at: null,
      };
    },
  };
  const CONTENT_STEPS = {
    // The moment was a text, and the visit's kind followed from the household.
    0(content) {
      const { when, ...rest } = content;
      const said_at = Date.parse(when);
      if (isNaN(said_at)) throw new Error("no moment");
      return {
        cadres: [], looks: [], remarks: "", anonymous: 0, nobody_home: false, offset: null, ...rest,
        schema: 1, said_at, kind: content.household ? "household" : "on_the_way",
      };
    },
  };
  function climb(value, steps, top) {
    let now = value;
    while ((now.schema || 0) < top) now = steps[now.schema || 0](now);
    if (now.schema > top) throw new Error("newer than this version");
    return now;
  }
  // The row as this version reads it; one that it can't read is told apart by its state, "stranded".
  function migrate(row) {
    try { return climb(row, STEPS, SCHEMA); } catch (error) { return { ...row, state: "stranded" }; }
  }
  const migrateContent = (content) => climb(content, CONTENT_STEPS, CONTENT);

  const drafts = () => read(async (db) => (await db.getAll("drafts")).map(migrate));
  const draft = (id) => read(async (db) => { const row = await db.get("drafts", id); return row && migrate(row); });
  const allowed = (row) => { if (row.state === "stranded") throw new Error("a stranded draft stays as it is"); };
  // All of them are written and those of `gone` dropped, or nothing.
  async function putDrafts(rows, gone) {
    rows.forEach(allowed);
    await write(["drafts", "photos"], (tx) => Promise.all([
      ...rows.map((row) => tx.objectStore("drafts").put(row)), ...(gone || []).map((id) => dropIn(tx, id)),
    ]));
    changed();
  }
  async function dropIn(tx, id) {
    const photos = tx.objectStore("photos");
    tx.objectStore("drafts").delete(id);
    const keys = await photos.index("draft").getAllKeys(id);
    await Promise.all(keys.map((key) => photos.delete(key)));
  }
  const putDraft = (row) => putDrafts([row]);
  // Change a draft by what it is now, so that nobody's change is overwritten; `f` returns the new row, or undefined
  // to leave it. Gives the row as it then is.
  function alterDraft(id, f) {
    return write(["drafts"], async (tx) => {
      const kept = await tx.store.get(id);
      const row = kept && migrate(kept);
      const next = row && row.state !== "stranded" ? f(row) : undefined;
      if (next) await tx.store.put(next);
      return next || row;
    }).then((row) => { changed(); return row; });
  }
  const dropDraft = (id) => putDrafts([], [id]);

  const photosOf = (id) => read((db) => db.getAllFromIndex("photos", "draft", id));
  const photo = (id) => read((db) => db.get("photos", id));
  const putPhoto = (row) => write(["photos"], (tx) => tx.store.put(row)).then(changed);
  const dropPhoto = (id) => write(["photos"], (tx) => tx.store.delete(id)).then(changed);

  const along = (id) => read((db) => db.get("along", id));
  const allAlong = () => read((db) => db.getAll("along"));
  // The villages taken along: rows that came, ids that went, and what is known about the whole – together.
  function putAlong(rows, gone, about) {
    return write(["along", "settings"], (tx) => Promise.all([
      ...rows.map((row) => tx.objectStore("along").put(row)),
      ...gone.map((id) => tx.objectStore("along").delete(id)),
      tx.objectStore("settings").put(about, "along"),
    ])).then(changed);
  }
  // Everything that was taken along, and the key to it; drafts stay.
  function dropAlong() {
    return write(["along", "settings"], (tx) => Promise.all([
      tx.objectStore("along").clear(),
      tx.objectStore("settings").delete("packKey"),
      tx.objectStore("settings").delete("along"),
    ])).then(changed);
  }

  const NEEDS = ["refused", "conflict", "foreign", "stranded"];
  // How many entries stand where: being written, waiting to be sent, on the way, arrived, and needing a person
  // (those in the server's tray too, as of the last contact).
  async function counts() {
    const [rows, contact] = [await drafts(), await get("contact")];
    const n = (...states) => rows.filter((row) => states.includes(row.state)).length;
    const torn = rows.filter((row) => row.answer && (row.answer.photos_refused || []).length).length;
    return {
      writing: n("writing"), unsent: n("ready"), sending: n("sending"), arrived: n("arrived"),
      needs: n(...NEEDS) + torn + ((contact && contact.undecided) || 0),
      left: n("writing", "ready", "sending", ...NEEDS),
    };
  }

  // Whoever shows what lies here is told when it changes, in this tab and in others.
  const channel = self.BroadcastChannel ? new BroadcastChannel("phone") : null;
  const listeners = new Set();
  const tell = (what) => listeners.forEach((f) => f(what));
  if (channel) channel.onmessage = (event) => tell(event.data);
  function changed(what) {
    const word = typeof what === "string" ? what : "changed";
    if (channel) channel.postMessage(word);
    tell(word);
  }
  function onChange(f) { listeners.add(f); return () => listeners.delete(f); }

  // Holds a draft for this tab while it is written; gives a function that lets go, or null if another tab has it.
  function hold(id) {
    if (!self.navigator.locks) return Promise.resolve(() => {});
    return new Promise((resolve, reject) => {
      navigator.locks.request("draft:" + id, { ifAvailable: true }, (lock) => {
        if (!lock) { resolve(null); return undefined; }
        return new Promise((release) => resolve(release));
      }).catch(reject);
    });
  }
  // Whether a draft is being written in any tab.
  async function isHeld() {
    if (!self.navigator.locks || !navigator.locks.query) return false;
    return (await navigator.locks.query()).held.some((lock) => lock.name.startsWith("draft:"));
  }

  // The mark outlives the database: on without a phone's name means that the browser cleared it away.
  function mark(on) {
    try { if (on) localStorage.setItem(MARK, "on"); else localStorage.removeItem(MARK); } catch (error) { /* forbidden: no mark */ }
  }
  function isMarked() {
    try { return localStorage.getItem(MARK) === "on"; } catch (error) { return false; }
  }
  const evicted = async () => isMarked() && !(await get("phone"));
  // Asks the browser to keep the database when room runs short; the answer is kept, to be shown.
  async function persist() {
    const manager = navigator.storage;
    const answer = manager && manager.persist ? (await manager.persisted()) || (await manager.persist()) : null;
    await set("persisted", answer);
    return answer;
  }

  phone.store = {
    SCHEMA, CONTENT, Unavailable, Full, get, set, drop, alter, drafts, draft, putDraft, putDrafts, alterDraft, dropDraft,
    migrate, migrateContent, photosOf, photo, putPhoto, dropPhoto, along, allAlong, putAlong, dropAlong, counts,
    changed, onChange, hold, isHeld, mark, isMarked, evicted, persist, close,
  };
})();
