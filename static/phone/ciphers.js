// Sealing and opening bytes: AES-GCM, keys from a PIN, and the words in which bytes travel.
(function () {
  "use strict";
  const phone = (self.phone = self.phone || {});
  const LEAST_ROUNDS = 210000, MOST_ROUNDS = 2000000;
  const PATIENCE = 500; // ms that one try of a PIN may take on this phone
  const AES = "AES-GCM";

  const utf8 = (words) => new TextEncoder().encode(words);
  const text = (bytes) => new TextDecoder().decode(bytes);
  const random = (n) => crypto.getRandomValues(new Uint8Array(n));
  function base64(bytes) {
    const all = new Uint8Array(bytes);
    let signs = "";
    for (let i = 0; i < all.length; i += 32768) signs += String.fromCharCode.apply(null, all.subarray(i, i + 32768));
    return btoa(signs);
  }
  const unbase64 = (signs) => Uint8Array.from(atob(signs), (sign) => sign.charCodeAt(0));
  function uuid() {
    const bytes = random(16);
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }
  async function digest(bytes) {
    const hashed = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    return Array.from(hashed, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  const aes = (raw) => crypto.subtle.importKey("raw", raw, AES, false, ["encrypt", "decrypt"]);
  const how = (iv, about) => (about === undefined ? { name: AES, iv } : { name: AES, iv, additionalData: utf8(about) });
  async function encrypt(key, bytes, about) {
    const iv = random(12);
    return { iv, sealed: new Uint8Array(await crypto.subtle.encrypt(how(iv, about), key, bytes)) };
  }
  const decrypt = async (key, iv, sealed, about) => new Uint8Array(await crypto.subtle.decrypt(how(iv, about), key, sealed));
  async function wrap(raw, by) {
    const { iv, sealed } = await encrypt(by, raw);
    return { iv, wrapped: sealed };
  }
  const unwrap = (by, kept) => decrypt(by, kept.iv, kept.wrapped);

  async function fromPin(pin, salt, rounds) {
    const given = await crypto.subtle.importKey("raw", utf8(pin), "PBKDF2", false, ["deriveKey"]);
    const from = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
    return crypto.subtle.deriveKey(from, given, { name: AES, length: 256 }, false, ["encrypt", "decrypt"]);
  }
  async function measure() {
    const began = performance.now();
    await fromPin("000000", random(16), LEAST_ROUNDS);
    const fitting = LEAST_ROUNDS * PATIENCE / Math.max(1, performance.now() - began);
    return Math.round(Math.min(MOST_ROUNDS, Math.max(LEAST_ROUNDS, fitting)));
  }
  // Why a PIN won't do: "short", "digits", "simple" (111111, 123456, 654321, 121212), or "".
  function weak(pin) {
    if (!/^[0-9]*$/.test(pin)) return "digits";
    if (pin.length < 6) return "short";
    const steps = new Set(Array.from(pin.slice(1), (sign, i) => Number(sign) - Number(pin[i])));
    const pairs = new Set(pin.match(/../g));
    return (steps.size === 1 && /^(0|1|-1)$/.test(String([...steps][0]))) || pairs.size === 1 ? "simple" : "";
  }
  async function pinOf(pin, raw) {
    const salt = random(16), rounds = await measure();
    return { salt, rounds, check: await wrap(raw, await fromPin(pin, salt, rounds)), wrong: 0 };
  }

  // Any order: none may say which belong together.
  function shuffled(list) {
    const all = list.slice();
    for (let i = all.length - 1; i > 0; i--) {
      const j = crypto.getRandomValues(new Uint32Array(1))[0] % (i + 1);
      [all[i], all[j]] = [all[j], all[i]];
    }
    return all;
  }

  phone.ciphers = { utf8, text, random, base64, unbase64, uuid, digest, aes, encrypt, decrypt, wrap, unwrap, fromPin, weak, pinOf, shuffled };
})();
