// A photograph as it leaves the phone: at most 1600 px, upright, and without what a camera adds, such as a position.
(function () {
  "use strict";
  const phone = self.phone;
  const LONGEST = 1600, THUMB = 112, QUALITY = 0.82, MOST = 8;
  // From Chromium 81 on pictures are turned upright by the browser; before that by what their head says.
  const turnsItself = self.CSS && CSS.supports("image-orientation", "from-image");

  // How a JPEG is turned (EXIF, 1–8), read from its first 128 KB.
  async function turned(file) {
    const view = new DataView(await file.slice(0, 131072).arrayBuffer());
    if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return 1;
    let at = 2;
    while (at + 4 < view.byteLength) {
      const marker = view.getUint16(at), length = view.getUint16(at + 2);
      if (marker === 0xffe1 && at + 18 < view.byteLength && view.getUint32(at + 4) === 0x45786966) return inExif(view, at + 10);
      if ((marker & 0xff00) !== 0xff00 || marker === 0xffda) return 1;
      at += 2 + length;
    }
    return 1;
  }
  function inExif(view, start) {
    try {
      const little = view.getUint16(start) === 0x4949;
      const first = start + view.getUint32(start + 4, little);
      for (let n = 0; n < view.getUint16(first, little); n += 1) {
        const entry = first + 2 + n * 12;
        if (view.getUint16(entry, little) === 0x0112) return view.getUint16(entry + 8, little) || 1;
      }
    } catch (error) { /* cut short: upright */ }
    return 1;
  }

  // Two ways, as old browsers refuse some files in one of them.
  async function decode(file) {
    if (self.createImageBitmap) {
      try { return await createImageBitmap(file); } catch (error) { /* try as an image */ }
    }
    const address = URL.createObjectURL(file);
    try {
      const image = new Image();
      image.src = address;
      await image.decode();
      return image;
    } finally { URL.revokeObjectURL(address); }
  }

  function drawn(source, longest, orientation) {
    const width = source.naturalWidth || source.width, height = source.naturalHeight || source.height;
    const scale = Math.min(1, longest / Math.max(width, height));
    const w = Math.max(1, Math.round(width * scale)), h = Math.max(1, Math.round(height * scale));
    const lies = orientation > 4;
    const canvas = document.createElement("canvas");
    canvas.width = lies ? h : w;
    canvas.height = lies ? w : h;
    const pen = canvas.getContext("2d", { alpha: false });
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.imageSmoothingQuality = "high";
    const turns = [[1, 0, 0, 1, 0, 0], [-1, 0, 0, 1, w, 0], [-1, 0, 0, -1, w, h], [1, 0, 0, -1, 0, h],
      [0, 1, 1, 0, 0, 0], [0, 1, -1, 0, h, 0], [0, -1, -1, 0, h, w], [0, -1, 1, 0, 0, w]];
    pen.transform(...(turns[orientation - 1] || turns[0]));
    pen.drawImage(source, 0, 0, w, h);
    return canvas;
  }
  const asJpeg = (canvas) => new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no memory"))), "image/jpeg", QUALITY);
  });

  // One file → {bytes, thumb}; one at a time, and what was decoded is let go at once: 1 GB phones.
  let before = Promise.resolve();
  function take(file) {
    const one = before.catch(() => {}).then(() => scaled(file));
    before = one;
    return one;
  }
  async function scaled(file) {
    const orientation = turnsItself ? 1 : await turned(file);
    const source = await decode(file);
    const large = drawn(source, LONGEST, orientation);
    if (source.close) source.close();
    const small = drawn(large, THUMB, 1);
    try {
      const blob = await asJpeg(large);
      return { bytes: await blob.arrayBuffer(), thumb: small.toDataURL("image/jpeg", 0.6) };
    } finally {
      large.width = large.height = small.width = small.height = 0;
    }
  }

  // What was taken or chosen, kept sealed with the draft, one after the other.
  async function attach(input, album) {
    const block = input.closest("[data-block]");
    const files = Array.from(input.files);
    input.value = "";
    for (const file of files) {
      const problem = block.photos.length >= MOST ? phone.say("pictures_most") : await one(block, file, album);
      tell(block, problem || phone.say("picture_kept", { n: block.photos.length }), problem);
      if (problem) return;
    }
  }
  async function one(block, file, album) {
    tell(block, phone.say("picture_working"));
    let made;
    try { made = await take(file); } catch (error) { return phone.say("picture_failed"); }
    try {
      const row = await album.row();
      const id = phone.seal.uuid(), digest = await phone.seal.digest(made.bytes), size = made.bytes.byteLength;
      const envelope = await phone.seal.sealPhoto(row, id, made.bytes);
      await phone.store.putPhoto({ id, draft: row.id, envelope, size: envelope.length, have: 0, state: "waiting" });
      block.photos = [...block.photos, { id, size, digest, thumb: made.thumb }];
    } catch (error) {
      return error instanceof phone.store.Full ? phone.say("picture_full") : phone.say("failed", { why: error.message || error.name });
    }
    phone.sheet.drawThumbs(block);
    await album.changed();
    return "";
  }
  async function remove(button, album) {
    const block = button.closest("[data-block]"), id = button.dataset.remove;
    block.photos = block.photos.filter((photo) => photo.id !== id);
    phone.sheet.drawThumbs(block);
    block.querySelector("[data-picture]").focus();
    await album.changed();
    await phone.store.dropPhoto(id);
  }
  function tell(block, text, bad) {
    const holder = block.querySelector("[data-pictures]");
    let line = holder.querySelector("[data-said]");
    if (!line) holder.append((line = phone.make("p", { "data-said": true, role: "status" })));
    line.className = `${bad ? "late" : "quiet"} small2 mb-0`;
    line.textContent = text;
  }

  phone.pictures = { take, attach, remove };
})();
