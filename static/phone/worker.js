// The service worker: pages of the phone without a network, sending in the background, signing out.
// /sw.js says what is kept (self.phoneWorker) and loads the libraries and this.
(function () {
  "use strict";
  const { kept, shells, without, places } = self.phoneWorker;
  const { core, precaching, routing } = self.workbox;
  const phone = self.phone;
  const PATIENCE = 4000; // ms that a page may take to come before the phone's own answers

  core.setCacheNameDetails({ prefix: "village-voices" });
  precaching.precache(kept); // all of it, or the former version stays
  precaching.cleanupOutdatedCaches();
  core.clientsClaim();

  async function language() {
    let chosen;
    try { chosen = await phone.store.get("language"); } catch (error) { /* no database: the first language */ }
    return chosen in shells ? chosen : Object.keys(shells)[0];
  }
  const keptPage = async (pages) => precaching.matchPrecache(pages[await language()]);
  const shell = async ({ request }) => (await keptPage(shells)) || fetch(request);
  // By its address alone: a page varies by what a browser sends along, and one that is opened sends more than the worker did.
  const inLanguage = async ({ request, url }) => (await precaching.matchPrecache(url.pathname)) || fetch(request);

  // Where the phone's own page shows what this address would show, or nothing.
  function meant(path) {
    const household = path.startsWith(places.households) && path.slice(places.households.length).match(/^([0-9]+)\//);
    if (household) return places.shell + "#household/" + household[1];
    return path === places.households || places.homes.includes(path) ? places.shell + "#home" : "";
  }
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms, null));
  async function page({ request, url }) {
    const there = meant(url.pathname);
    const coming = fetch(request).catch(() => null);
    const answer = await (there ? Promise.race([coming, sleep(PATIENCE)]) : coming);
    // What stands before the server says that it is not there.
    if (answer && answer.status !== 502 && answer.status !== 504) return answer;
    if (there) return Response.redirect(new URL(there, self.location.origin).href, 302);
    return answer || (await keptPage(without)) || Response.error();
  }
  // A form that got no answer: the page stays with what was typed, and says so; one that can't say it gives way.
  async function form({ request }) {
    const answer = await fetch(request).catch(() => null);
    if (answer && answer.status !== 502 && answer.status !== 504) return answer;
    if (await isTold()) return new Response(null, { status: 204 });
    return answer || (await keptPage(without)) || Response.error();
  }
  // Whether the page that sent the form has told its reader (static/app.js).
  async function isTold() {
    const pages = await self.clients.matchAll({ type: "window" });
    const tell = (one) => new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => { if (data) resolve(true); };
      one.postMessage({ type: "no_answer" }, [port2]);
    });
    return Promise.race([...pages.map(tell), sleep(800)]);
  }
  async function signOut({ request }) {
    try {
      await phone.seal.erase();
      phone.store.changed("lock");
    } catch (error) { /* no database, nothing to erase: signing out goes on */ }
    try { return await fetch(request); } catch (error) { return Response.redirect(new URL(places.shell + "#out", self.location.origin).href, 303); }
  }

  const navigates = (request) => request.mode === "navigate";
  routing.registerRoute(({ url, sameOrigin }) => sameOrigin && url.pathname === places.sign_out, signOut, "POST");
  routing.registerRoute(({ url, request, sameOrigin }) => sameOrigin && navigates(request) && url.pathname === places.shell, shell);
  const isShell = (url) => Object.values(shells).includes(url.pathname);
  routing.registerRoute(({ url, request, sameOrigin }) => sameOrigin && navigates(request) && isShell(url), inLanguage);
  precaching.addRoute({ directoryIndex: null, cleanURLs: false });
  routing.registerRoute(({ request, sameOrigin }) => sameOrigin && navigates(request), page);
  routing.registerRoute(({ request, sameOrigin }) => sameOrigin && navigates(request), form, "POST");

  self.addEventListener("sync", (event) => {
    if (event.tag !== "send") return;
    event.waitUntil(phone.sending.send({ by: "worker", at_once: true }).then(({ state }) => {
      // Told as failed, the browser tries again when it thinks that there is a network.
      if (state === "no_network") throw new Error(state);
    }));
  });
  // A page says that nobody is writing: the new version may take over.
  self.addEventListener("message", (event) => { if (event.data && event.data.type === "use") self.skipWaiting(); });
})();
