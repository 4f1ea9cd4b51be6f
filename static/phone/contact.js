// How this phone stands with the server: asking, enrolling, the clock, offline use on and off.
(function () {
  "use strict";
  const phone = (self.phone = self.phone || {});
  const CONTACT = "/phone/contact/", ENROL = "/phone/enrol/";
  const store = () => phone.store;
  const seal = () => phone.seal;

  let token = ""; // against forged requests: the cookie is hidden from scripts, the server tells it at contact

  // What one request answered: {status, body}; status 0 when nothing came that the server itself said (no network,
  // too slow, or a sign-in page of the network around).
  async function fetched(path, { method = "GET", json, bytes, by, seconds = 30 }) {
    const headers = { Accept: "application/json" };
    // What nobody at the phone asked for keeps no session alive (config/sessions.py). Only a tap is work: visits
    // that send themselves would otherwise keep a lost phone signed in for as long as it has something to send.
    if (by !== "person") headers.Unattended = "1";
    if (method !== "GET") headers["X-CSRFToken"] = token;
    if (json) headers["Content-Type"] = "application/json";
    if (bytes) headers["Content-Type"] = "application/octet-stream";
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), seconds * 1000);
    try {
      const answer = await fetch(path, {
        method, headers, body: json ? JSON.stringify(json) : bytes, signal: stop.signal, credentials: "same-origin",
        cache: "no-store", redirect: "error",
      });
      let body = null;
      if (/json/.test(answer.headers.get("Content-Type") || "")) body = await answer.json();
      else if (answer.ok) return { status: 0, body: null };
      return { status: answer.status, body };
    } catch (error) {
      return { status: 0, body: null };
    } finally { clearTimeout(timer); }
  }
  // The same for what needs the token: fetched before, and once more if it was too old.
  async function ask(path, options) {
    const acts = options.method && options.method !== "GET";
    if (acts && !token) await meet({ by: options.by });
    const answer = await fetched(path, options);
    const stale = answer.status === 403 && (!answer.body || answer.body.state === "csrf");
    if (!acts || !stale || (await meet({ by: options.by })).state !== "ok") return answer;
    return fetched(path, options);
  }

  // Asks the server how we stand, and tells it nothing but this phone's name and clock. {state: "ok", …its answer},
  // or "signed_out", "no_network", "trouble". What was taken along is erased when the server says so.
  async function meet({ by } = {}) {
    const before = Date.now();
    const name = await store().get("phone");
    const where = CONTACT + "?phone=" + encodeURIComponent(name || "") + "&clock=" + before;
    const { status, body } = await fetched(where, { by, seconds: 15 });
    if (!body || !body.now) return { state: status === 0 || status >= 502 ? "no_network" : "trouble", status, ...body };
    const after = Date.now();
    const last = (await store().get("contact")) || {};
    const undecided = body.undecided === undefined ? last.undecided : body.undecided;
    await store().set("contact", { at: after, offset: Math.round(body.now - (before + after) / 2), undecided });
    if (body.erase) await seal().erase();
    if (body.phone && body.phone.ended) await store().set("ended", true);
    if (status !== 200) return { ...body, state: "signed_out" };
    token = body.csrf;
    if (body.key) await store().set("key", body.key);
    store().changed();
    return { ...body, state: "ok" };
  }
  // The server's time, as far as the last contact lets us know.
  async function now() {
    const last = await store().get("contact");
    return Date.now() + ((last && last.offset) || 0);
  }

  // Offline use begins: {state: "on"}, or why not: a word of seal.available() or seal.weak(), of meet(), or of
  // the server ("somebody_elses", "too_many", "off", with its `reason`).
  async function turnOn(pin, label) {
    const can = seal().available();
    const why = can.why || seal().weak(pin);
    if (why) return { state: why };
    if (!(await store().get("phone"))) await store().set("phone", seal().uuid());
    const met = await meet({ by: "person" });
    if (met.state !== "ok") return met;
    const enrolled = await enrol(label);
    if (enrolled.status !== 201 && enrolled.status !== 200) return { state: "no_network", ...enrolled.body };
    await store().set("cadre", met.cadre);
    await store().drop("ended");
    await seal().turnOn(pin);
    await store().persist();
    store().mark(true);
    await register();
    return { state: "on" };
  }
  async function enrol(label) {
    const send = async () => ask(ENROL, { method: "POST", json: { phone: await store().get("phone"), label }, by: "person" });
    const answer = await send();
    const word = answer.status === 409 && answer.body ? answer.body.state : "";
    // Ended elsewhere, or handed on with nothing left on it: this phone begins anew, under another name.
    const handed = word === "somebody_elses" && !(await store().counts()).left;
    if (word !== "ended" && !handed) return answer;
    await store().set("phone", seal().uuid());
    return send();
  }
  // {state: "off"}, or {state: "left", n} while something has not arrived yet.
  async function turnOff() {
    const { left } = await store().counts();
    if (left) return { state: "left", n: left };
    await seal().erase();
    for (const key of ["pin", "phone", "cadre", "ended"]) await store().drop(key);
    seal().lock();
    store().mark(false);
    const registration = await navigator.serviceWorker.getRegistration("/");
    if (registration) await registration.unregister();
    return { state: "off" };
  }
  const register = () => navigator.serviceWorker.register("/sw.js", { scope: "/", updateViaCache: "imports" });

  phone.contact = { meet, ask, now, turnOn, turnOff, register };
})();
