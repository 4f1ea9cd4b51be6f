// Runs Lighthouse on its phone profile over addresses of one site, one after the other, in one Chromium.
// lighthouse.mjs '{"addresses": [[name, address, signed in], …], "cookies": {name: value}, "session": "…",
//                  "categories": […], "chromium": "…"}'
// Prints {name: {scores: {category: 0–1}, failed: [{id, title, where}], bytes, seconds}}.
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const asked = JSON.parse(process.argv[2]);
const chrome = await launch({
  chromePath: asked.chromium,
  chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});
// Cookies of the whole browser: as a header they would not reach what a page asks for by itself.
async function setCookies(cookies, url) {
  const { webSocketDebuggerUrl } = await (await fetch(`http://127.0.0.1:${chrome.port}/json/version`)).json();
  const line = new WebSocket(webSocketDebuggerUrl);
  await new Promise((resolve) => line.addEventListener("open", resolve));
  const answered = new Promise((resolve) => line.addEventListener("message", resolve));
  const all = Object.entries(cookies).map(([name, value]) => ({ name, value, url }));
  line.send(JSON.stringify({ id: 1, method: "Storage.setCookies", params: { cookies: all } }));
  await answered;
  line.close();
}

const told = {};
try {
  for (const [name, address, signedIn] of asked.addresses) {
    const began = Date.now();
    await setCookies(signedIn ? { ...asked.cookies, session: asked.session } : asked.cookies, address);
    const { lhr } = await lighthouse(address, {
      port: chrome.port,
      output: "json",
      logLevel: "error",
      onlyCategories: asked.categories,
      // Nothing but the measured performance waits for a quiet page of a slow network.
      ...(asked.categories.includes("performance") ? {} : { throttlingMethod: "provided", maxWaitForLoad: 15000 }),
    });
    if (lhr.runtimeError) throw new Error(`${name}: ${lhr.runtimeError.message}`);
    const weighs = Object.values(lhr.categories).flatMap((one) => (one.id === "performance" ? [] : one.auditRefs));
    const failed = weighs
      .filter((ref) => ref.weight > 0 && lhr.audits[ref.id].score !== null && lhr.audits[ref.id].score < 1)
      .map((ref) => ({
        id: ref.id,
        title: lhr.audits[ref.id].title,
        where: ((lhr.audits[ref.id].details || {}).items || []).slice(0, 5)
          .map((item) => (item.node && item.node.selector) || item.description || item.url || item.sourceLocation?.url || ""),
      }));
    const weight = lhr.audits["total-byte-weight"];
    told[name] = {
      scores: Object.fromEntries(Object.values(lhr.categories).map((one) => [one.id, one.score])),
      failed,
      bytes: weight ? weight.numericValue : null,
      asked: lhr.finalDisplayedUrl,
      seconds: (Date.now() - began) / 1000,
    };
  }
} finally {
  await chrome.kill();
}
console.log(JSON.stringify(told));
