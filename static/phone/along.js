// The villages taken along: fetched, kept sealed, and read while the phone is unlocked.
(function () {
  "use strict";
  const phone = (self.phone = self.phone || {});
  const ALONG = "/phone/along/";
  const DAYS = 7, DAY = 24 * 60 * 60 * 1000;
  const MOST = 30; // households that a search shows
  const store = () => phone.store;
  const seal = () => phone.seal;

  let read = new Map(); // what was opened, until the phone is locked
  const opened = async (id) => {
    if (!read.has(id)) {
      const value = await seal().openAlong(id);
      if (value === undefined) return undefined;
      read.set(id, value);
    }
    return read.get(id);
  };
  const common = () => opened("common");
  const grid = (code) => opened(code);
  const codes = async () => ((await store().get("along")) || { grids: [] }).grids;

  // Takes these grids along, and no others; of what is here already only what changed travels. {state: "taken"}, with
  // `refused` (codes that are not mine any more), or why not.
  async function take(grids, { telephones = false, by = "person" } = {}) {
    const before = (await store().get("along")) || { grids: [], telephones };
    const known = {}, parts = {};
    for (const code of grids) {
      const here = before.telephones === telephones ? await grid(code) : undefined;
      parts[code] = here ? digests(here.households) : {};
      known[code] = (here && here.digest) || parts[code];
    }
    const held = await common();
    const name = await store().get("phone"), categories = (held && held.categories_digest) || "";
    const ask = (some) => phone.contact.ask(ALONG, {
      method: "POST", json: { phone: name, grids: some, telephones, categories }, by, seconds: 120,
    });
    const { status, body } = await asked(known, parts, ask);
    if (status !== 200 || !body || !body.grids) return { state: status ? "trouble" : "no_network", ...body };
    const { grids: came, refused, differ, ...rest } = body;
    const rows = [await seal().sealAlong("common", rest.categories ? rest : { ...rest, categories: held.categories })];
    for (const [code, part] of Object.entries(came)) {
      const here = before.telephones === telephones ? await grid(code) : undefined;
      rows.push(await seal().sealAlong(code, { code, ...merged(here, part) }));
    }
    const taken = grids.filter((code) => came[code] || (before.grids.includes(code) && !(refused || []).includes(code)));
    const bytes = rows.reduce((sum, row) => sum + row.sealed.length, 0) + await sizeOf(taken.filter((code) => !came[code]));
    const about = { grids: taken, taken_at: rest.taken_at, expires_at: rest.expires_at, bytes, telephones };
    await store().putAlong(rows, before.grids.filter((code) => !taken.includes(code)), about);
    read = new Map();
    return { state: "taken", refused: refused || [], ...about };
  }
  // By the digest of each grid; where it is another one than here, once more by those of its households.
  async function asked(known, parts, ask) {
    const first = await ask(known);
    const differ = (first.status === 200 && first.body && first.body.differ) || [];
    if (!differ.length) return first;
    const more = await ask(Object.fromEntries(differ.map((code) => [code, parts[code]])));
    if (more.status !== 200 || !more.body || !more.body.grids) return more;
    const { grids, refused } = first.body;
    return { status: 200, body: { ...first.body, grids: { ...grids, ...more.body.grids }, refused: [...refused, ...more.body.refused] } };
  }
  const digests = (households) => Object.fromEntries(Object.values(households).map((one) => [one.pk, one.digest]));
  function merged(here, part) {
    const { gone, ...rest } = part;
    const households = { ...(here ? here.households : {}), ...part.households };
    (gone || []).forEach((pk) => { delete households[pk]; });
    return { ...rest, households };
  }
  async function sizeOf(ids) {
    const rows = await Promise.all(ids.map((id) => store().along(id)));
    return rows.reduce((sum, row) => sum + (row ? row.sealed.length : 0), 0);
  }
  // The same anew, quietly; only while unlocked, as it is sealed under the PIN.
  async function refresh() {
    const about = await store().get("along");
    if (!about || !seal().isUnlocked() || await expired()) return { state: "nothing" };
    return take(about.grids, { telephones: about.telephones, by: "page" });
  }

  // Whether nothing is here because the server was not met for seven days; then it is erased. The latest time that
  // this clock has shown counts, so that putting it back keeps nothing alive.
  async function expired() {
    const last = await store().alter("contact", (now) => now && { ...now, latest: Math.max(now.latest || 0, Date.now()) });
    const old = Boolean(last) && last.latest - last.at > DAYS * DAY;
    if (old && (await store().get("along"))) await seal().erase();
    return old;
  }

  async function households() {
    const grids = await Promise.all((await codes()).map(grid));
    return grids.filter(Boolean).flatMap((one) => Object.values(one.households).map((each) => ({ ...each, grid: one })));
  }
  // A household with its grid, or undefined.
  async function household(pk) {
    for (const code of await codes()) {
      const here = await grid(code);
      if (here && here.households[pk]) return { ...here.households[pk], grid: here };
    }
    return undefined;
  }
  // Households by number, name, pinyin initials or address; the closest first.
  async function find(words) {
    const asked = words.trim().toLowerCase();
    if (!asked) return [];
    const rank = (one) => {
      const number = String(one.number).toLowerCase(), head = (one.head || "").toLowerCase(), initials = (one.initials || "").toLowerCase();
      if (number === asked || head === asked) return 1;
      if (initials.startsWith(asked) || head.startsWith(asked)) return 2;
      if (number.startsWith(asked) || number.endsWith(asked)) return 3;
      return [head, initials, number, (one.address || "").toLowerCase()].some((text) => text.includes(asked)) ? 4 : 0;
    };
    const ranked = (await households()).map((one) => [rank(one), one]).filter(([n]) => n);
    return ranked.sort(([a], [b]) => a - b).slice(0, MOST).map(([, one]) => one);
  }

  if (phone.store) store().onChange((what) => { if (what !== "changed" || !seal().isUnlocked()) read = new Map(); });
  phone.along = { take, refresh, expired, common, grid, codes, household, households, find };
})();
