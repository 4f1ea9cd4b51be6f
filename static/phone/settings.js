// Offline use: on and off, the PIN, what is taken along, what the browser promises; and why not, in words.
(function () {
  "use strict";
  const phone = self.phone;
  const { say, label, make } = phone;

  const WHY = {
    insecure: "why_insecure", no_crypto: "why_crypto", no_store: "why_database", no_worker: "why_worker", off: "why_no_key",
    no_key: "why_no_key", signed_out: "why_signed_out", no_network: "why_no_network", trouble: "why_no_network", ended: "why_ended", not_enrolled: "why_ended",
    too_fast: "why_fast", forbidden: "why_forbidden", choose_password: "why_password", short: "pin_short", digits: "pin_short",
    simple: "pin_easy",
  };
  const inWords = (answer) => label(answer.reason) || say(WHY[answer.state] || "why_no_network");

  // What was refused, in words.
  const because = (error) => (error.why ? inWords({ state: error.why }) : error.message || error.name);
  const failed = (error) => say("failed", { why: because(error).replace(/[.。]$/, "") });
  // Why nothing can be kept here, or "".
  async function whyNot() {
    const can = phone.seal.available();
    if (!can.ok) return say(WHY[can.why]);
    try {
      return (await phone.store.evicted()) ? say("why_evicted") : "";
    } catch (error) { return say("why_database"); }
  }
  function deviceLabel() {
    const agent = navigator.userAgent;
    const system = (agent.match(/Android|iPhone|iPad|Windows|Mac OS|HarmonyOS|Linux/) || ["?"])[0];
    const browser = (agent.match(/MicroMessenger|HuaweiBrowser|MiuiBrowser|UCBrowser|EdgA?|Firefox|Chrome|Safari/) || ["?"])[0];
    return `${system} ${browser}`;
  }

  async function settings(root) {
    root.append(phone.part("settings"));
    const holder = root.firstElementChild;
    const one = (name) => holder.querySelector(`[data-${name}]`);
    const page = {
      holder, one,
      show(name, on) { one(name).hidden = !on; },
      say(name, text) {
        ["problem", "done"].forEach((other) => { one(other).hidden = other !== name; });
        one(name).textContent = text;
        if (name === "problem") one(name).focus();
      },
    };
    const can = phone.seal.available().ok;
    const not = await whyNot();
    const state = can && !(not === say("why_database")) ? await stateNow() : { on: false, unlocked: false };
    const why = not || (state.ended ? say("why_ended") : "");
    if (why) { one("problem").hidden = false; one("problem").textContent = why; }
    page.show("off", can && (!state.unlocked || state.ended));
    one("off-again").hidden = !state.on || state.ended;
    if (state.on) one("off-title").textContent = say("new_pin");
    page.show("to-unlock", state.on && !state.unlocked && !state.forgotten);
    ["take", "pin"].forEach((name) => page.show(name, state.unlocked && !state.ended));
    page.show("lock", state.unlocked);
    ["end", "kept"].forEach((name) => page.show(name, state.on));
    turningOn(page);
    if (state.on) { keeping(page, state); ending(page); }
    if (state.unlocked && !state.ended) { changing(page); await taking(page); }
  }
  async function stateNow() {
    return {
      on: await phone.seal.isOn(), unlocked: phone.seal.isUnlocked(), forgotten: await phone.seal.isForgotten(),
      ended: Boolean(await phone.store.get("ended")), persisted: await phone.store.get("persisted"),
    };
  }
  const again = async (name, text) => {
    await phone.route();
    const line = document.querySelector(`[data-${name}]`);
    if (line) { line.hidden = false; line.textContent = text; phone.announce(text); }
  };
  // Whatever a button does: it is off meanwhile, and what fails is said.
  function doing(page, button, f) {
    return async (event) => {
      event.preventDefault();
      if (button.disabled) return;
      button.disabled = true;
      try { await f(); } catch (error) { page.say("problem", error.why ? because(error) : failed(error)); }
      button.disabled = false;
    };
  }

  function wrongPins(page, pin, repeated) {
    const weak = phone.seal.weak(pin);
    if (weak) { page.say("problem", say(WHY[weak])); return true; }
    if (pin !== repeated) { page.say("problem", say("pin_differ")); return true; }
    return false;
  }
  function turningOn(page) {
    const form = page.one("turn-on");
    const pin = form.querySelector("#new-pin"), repeated = form.querySelector("#new-pin-again");
    const button = form.querySelector("button");
    form.addEventListener("submit", doing(page, button, async () => {
      if (wrongPins(page, pin.value, repeated.value)) { pin.focus(); return; }
      page.say("done", say("turning_on"));
      const answer = await phone.contact.turnOn(pin.value, deviceLabel());
      if (answer.state !== "on") { page.say("problem", inWords(answer)); return; }
      pin.value = repeated.value = "";
      phone.sending.attend();
      await again("done", say("turned_on"));
    }));
  }
  function changing(page) {
    const form = page.one("change-pin");
    const [old, pin, repeated] = ["old-pin", "change-pin", "change-pin-again"].map((id) => form.querySelector(`#${id}`));
    form.addEventListener("submit", doing(page, form.querySelector("button"), async () => {
      if (wrongPins(page, pin.value, repeated.value)) return;
      page.say("done", say("turning_on"));
      const answer = await phone.seal.changePin(old.value, pin.value);
      old.value = pin.value = repeated.value = "";
      if (answer === true) page.say("done", say("pin_changed"));
      else page.say("problem", answer.erased ? say("pin_erased") : say("pin_wrong", { n: answer.left }));
    }));
  }

  // ---- taking along
  async function takenLine(page) {
    const about = await phone.store.get("along");
    const all = about && (await phone.taken());
    const n = all ? all.grids.reduce((sum, grid) => sum + Object.keys(grid.households).length, 0) : 0;
    page.one("taken").textContent = all
      ? say("taken", { time: phone.moment(about.taken_at), n, size: phone.size(about.bytes), until: phone.day(about.expires_at) })
      : say("taken_none");
    page.one("take-button").textContent = say(all ? "refresh" : "take");
    return about || { grids: [], telephones: false };
  }
  function drawGrids(page, grids, chosen) {
    const list = page.one("grids");
    list.textContent = "";
    grids.forEach((grid, i) => {
      const id = `grid-${i}`;
      const tick = make("input", { type: "checkbox", id, name: "grid", value: grid.code });
      tick.checked = chosen.includes(grid.code) || grids.length === 1;
      list.append(make("label", { class: "tick", for: id }, tick, make("span", {}, `${label(grid.village.label || grid.village)} · ${label(grid.label)}`,
        " ", make("span", { class: "quiet small2" }, say("grid_size", { n: grid.households })))));
    });
  }
  async function taking(page) {
    const about = await takenLine(page);
    page.one("take-form").querySelector("[name=telephones]").checked = Boolean(about.telephones);
    const all = await phone.taken();
    const here = ((all && all.grids) || []).map((grid) => ({ ...grid, households: Object.keys(grid.households).length }));
    drawGrids(page, here, about.grids);
    if (!here.length) page.one("grids").append(make("p", { class: "quiet" }, say("no_grids")));
    // What is mine today is asked of the server; meanwhile the page stands.
    phone.contact.meet({ by: "person" }).then((met) => {
      if (met.state === "ok" && met.grids && met.grids.length) drawGrids(page, met.grids, about.grids);
    });
    const button = page.one("take-button");
    page.one("take-form").addEventListener("submit", doing(page, button, async () => {
      const chosen = Array.from(page.holder.querySelectorAll("[name=grid]:checked"), (tick) => tick.value);
      if (!chosen.length) { page.say("problem", say("choose_grid")); return; }
      page.say("done", say("taking"));
      const telephones = page.holder.querySelector("[name=telephones]").checked;
      const answer = await phone.along.take(chosen, { telephones, by: "person" });
      if (answer.state !== "taken") { page.say("problem", inWords(answer)); return; }
      await takenLine(page);
      page.show("done", false);
      page.show("problem", false);
      phone.announce(page.one("taken").textContent);
      page.show("go", true);
      button.className = "btn btn-outline-primary w-100";
    }));
  }

  function keeping(page, { persisted }) {
    const tell = (answer) => {
      const word = answer === true ? "yes" : answer === false ? "no" : "unknown";
      page.one("persisted").textContent = say(`persisted_${word}`);
      page.show("persist", answer === false);
    };
    tell(persisted);
    page.one("persist").addEventListener("click", async () => tell(await phone.store.persist()));
  }
  function ending(page) {
    page.one("lock").addEventListener("click", () => { phone.seal.lock(); location.hash = "#home"; });
    const button = page.one("end-button");
    button.addEventListener("click", doing(page, button, async () => {
      if (!window.confirm(say("end_sure"))) return;
      const answer = await phone.contact.turnOff();
      if (answer.state === "off") await again("done", say("ended"));
      else page.say("problem", say("end_left", { n: answer.n }));
    }));
  }

  phone.show.settings = settings;
  phone.show.help = (root) => { root.append(phone.part("help")); };
  Object.assign(phone, { whyNot, failed });
})();
