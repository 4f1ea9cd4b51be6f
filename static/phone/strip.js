// The strip of a visitor's pages: what is on this phone, on its way, arrived, and needs a person. Where offline use is
// off it is all that is loaded; where it is on it fetches the rest, and lets the page send.
(function () {
  "use strict";
  const strip = document.getElementById("strip");
  if (!strip) return;
  const phone = (self.phone = self.phone || {});
  const STALE = 10 * 60 * 1000; // ms after which the server is asked how we stand
  const word = (name) => strip.getAttribute("data-" + name) || "";

  function isMarked() {
    try { return localStorage.getItem("village-voices-phone") === "on"; } catch (error) { return false; }
  }
  function load(addresses) {
    return Promise.all(addresses.map((address) => new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.async = false; // in this order
      script.onload = resolve;
      script.onerror = reject;
      document.head.appendChild(script);
    })));
  }

  const two = (n) => String(n).padStart(2, "0");
  function clock(ms) {
    const then = new Date(ms), today = new Date();
    const time = two(then.getHours()) + ":" + two(then.getMinutes());
    return then.toDateString() === today.toDateString() ? time : two(then.getMonth() + 1) + "-" + two(then.getDate()) + " " + time;
  }
  function part(name, n) {
    const made = document.createElement("span");
    made.className = "strip-part" + (n ? " strip-" + name : "");
    made.append(word(name) + " ");
    const number = document.createElement("b");
    number.textContent = n;
    made.append(number);
    return made;
  }
  function said(text, address) {
    const made = document.createElement(address ? "a" : "span");
    made.className = "strip-part";
    if (address) made.href = address;
    made.textContent = text;
    return made;
  }

  let waits = false; // a new version, until nobody writes
  async function parts() {
    const store = phone.store;
    if (await store.evicted()) return [said(word("evicted"), word("settings"))];
    const counts = await store.counts();
    if (!(await phone.seal.isOn()) && !counts.left) return [];
    const [last, outcome] = [await store.get("contact"), await store.get("outcome")];
    const list = document.createElement("a");
    list.className = "strip-counts";
    list.href = word("drafts");
    list.append(part("here", counts.writing + counts.unsent), part("sending", counts.sending), part("arrived", counts.arrived), part("needs", counts.needs));
    const all = [list];
    const waiting = counts.unsent + counts.sending;
    const lost = !navigator.onLine || (outcome && outcome.state === "no_network" && outcome.at > (last ? last.at : 0));
    if (last && (lost || Date.now() - last.at > STALE)) all.push(said(word("since") + " " + clock(last.at)));
    if (waiting && (word("out") || (outcome && outcome.state === "signed_out" && !counts.sending))) all.push(said(word("sign-in"), word("sign-in-at")));
    if (word("out") && !(await store.get("along"))) all.push(said(word("erased")));
    if (waits) all.push(said(word("new")));
    return all;
  }
  async function draw() {
    let all;
    try { all = await parts(); } catch (error) { all = isMarked() ? [said(word("unavailable"))] : []; }
    const text = (nodes) => Array.from(nodes, (node) => node.textContent).join("|");
    strip.hidden = !all.length;
    // Read out when something has changed, not at each look.
    if (text(strip.children) === text(all)) return;
    strip.textContent = "";
    all.forEach((one) => strip.append(one));
  }
  let soon = 0;
  function drawSoon() { clearTimeout(soon); soon = setTimeout(draw, 100); }

  // A new version takes over as soon as no draft is open for writing, at the latest at the next opening.
  async function freshen(registration) {
    if (registration.waiting) {
      waits = await phone.store.isHeld();
      if (!waits) registration.waiting.postMessage({ type: "use" });
    } else waits = false;
    drawSoon();
  }
  async function look() {
    if (!navigator.serviceWorker || !(await phone.seal.isOn())) return;
    const registration = await phone.contact.register();
    registration.addEventListener("updatefound", () => {
      const coming = registration.installing;
      if (coming) coming.addEventListener("statechange", () => freshen(registration));
    });
    await freshen(registration);
    if (navigator.onLine) await registration.update();
  }

  // Signing out erases what was taken along; the worker does it where there is one.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const leaves = form.getAttribute("action") === word("sign-out-at");
    if (!leaves || !phone.seal || (navigator.serviceWorker && navigator.serviceWorker.controller)) return;
    event.preventDefault();
    try {
      await phone.seal.erase();
      phone.store.changed("lock");
    } catch (error) { /* nothing here to erase */ }
    form.submit();
  });

  async function start() {
    phone.store.onChange(drawSoon);
    self.addEventListener("offline", drawSoon);
    self.addEventListener("online", drawSoon);
    await draw();
    if (!(await phone.seal.isOn()) && !(await phone.store.counts()).left) return;
    if (!word("out")) phone.sending.attend();
    await phone.along.expired();
    const last = await phone.store.get("contact");
    // The phone's own page and the sign-in ask at each opening: whoever ended this phone elsewhere waits for it.
    if (phone.show || word("out") || !last || Date.now() - last.at > STALE) await phone.contact.meet();
    await look();
  }
  const quiet = () => {}; // no database, no network: the strip says what can be said
  if (phone.store) start().catch(quiet);
  else if (isMarked()) load(word("scripts").split(" ")).then(start).catch(quiet);
})();
