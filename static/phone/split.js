// "Save": the visit and each anonymous opinion become entries of their own, and nothing readable on the phone says that
// they belong together.
(function () {
  "use strict";
  const phone = self.phone;
  const WEEK = 7 * 86400000;

  // An opinion as it travels with its visit.
  function opinionOf({ other, ...one }) {
    return {
      ...one, place: one.informant === "named" ? one.place : "", account: one.on_the_spot ? one.account : "",
      photos: one.photos.map(({ id, size, digest }) => ({ id, size, digest })),
    };
  }
  // One that travels alone: the village and the day, no household, no moment.
  function anonymousOf({ text, category, particulars, kind, urgency, accused, people }, { cadre, village, day }) {
    return { cadre, village, day, text, category, particulars, kind, urgency, accused, people };
  }
  // The day in the district, by the server's clock as far as it is known.
  const dayOf = (content) => new Date(content.said_at + (content.offset || 0) + 8 * 3600000).toISOString().slice(0, 10);

  // Which doors were done, and who went along: sealed with what was taken along, as a saved visit may open no more.
  async function remember(content) {
    const about = await phone.store.get("along");
    if (!about) return;
    const kept = (await phone.seal.openAlong("logged")) || {};
    // After a week the server's own word on the household has been taken along.
    const doors = Object.fromEntries(Object.entries(kept.doors || {}).filter(([, at]) => at > Date.now() - WEEK));
    if (content.household && !content.nobody_home) doors[content.household] = Date.now();
    await phone.store.putAlong([await phone.seal.sealAlong("logged", { doors, cadres: content.cadres })], [], about);
  }

  // The draft becomes ready, all of it or nothing; photographs that stay with no named opinion are erased before.
  async function split(row, content, apart) {
    if (apart) return phone.seal.finish(row, content, []);
    const spoken = content.opinions.filter((one) => !phone.sheet.isBlank(one));
    const anonymous = spoken.filter((one) => one.informant === "anonymous");
    const kept = spoken.filter((one) => one.informant !== "anonymous").map(opinionOf);
    const wanted = new Set(kept.flatMap((one) => one.photos.map((photo) => photo.id)));
    for (const photo of await phone.store.photosOf(row.id)) if (!wanted.has(photo.id)) await phone.store.dropPhoto(photo.id);
    const whole = { ...content, anonymous: (content.anonymous || 0) + anonymous.length, opinions: kept };
    const about = { cadre: content.cadre, village: content.place.slice(0, 12), day: dayOf(content) };
    await remember(content);
    split.last = { id: row.id, anonymous: anonymous.length }; // in this page's memory only
    return phone.seal.finish(row, whole, anonymous.map((one) => anonymousOf(one, about)));
  }

  phone.split = Object.assign(split, { anonymousOf });
})();
