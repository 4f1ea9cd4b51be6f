// What the shell's scripts share: words in the page's language, days, parts of the page.
(function () {
  "use strict";
  const phone = (self.phone = self.phone || {});
  const language = document.documentElement.lang === "en" ? "en" : "zh-hans";
  const locale = language === "en" ? "en-GB" : "zh-CN";

  const words = {};
  function say(name, values) {
    if (!(name in words)) {
      const found = document.querySelector(`[data-word="${name}"]`);
      words[name] = found ? found.textContent.replace(/^\n\s*|\s*\n\s*$/g, "") : name;
    }
    return Object.entries(values || {}).reduce((text, [key, value]) => text.split(`{${key}}`).join(String(value)), words[name]);
  }
  // A label that came in both languages, or in one.
  const label = (both) => (both && typeof both === "object" ? both[language] || both["zh-hans"] || "" : both || "");

  const isToday = (when) => new Date(when).toDateString() === new Date().toDateString();
  function day(when) {
    const date = new Date(when);
    const options = { weekday: "short", day: "numeric", month: "short" };
    if (date.getFullYear() !== new Date().getFullYear()) options.year = "numeric";
    return new Intl.DateTimeFormat(locale, options).format(date);
  }
  const time = (when) => new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hour12: false, hourCycle: "h23" }).format(new Date(when));
  const moment = (when) => (isToday(when) ? say("today", { time: time(when) }) : `${day(when)} ${time(when)}`);
  // As fields for moments and days hold it: the phone's own time.
  function local(when) {
    const date = new Date(when);
    return new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
  }
  function size(bytes) {
    return bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
  }

  const part = (name) => document.getElementById(`part-${name}`).content.cloneNode(true);
  function make(tag, attributes, ...inside) {
    const made = document.createElement(tag);
    Object.entries(attributes || {}).forEach(([name, value]) => {
      if (typeof value === "function") made.addEventListener(name, value);
      else if (value === true) made.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
    });
    made.append(...inside.filter((one) => one !== null && one !== undefined && one !== ""));
    return made;
  }
  const mark = (shape, text, look) => make("span", { class: `mark ${look || ""}`.trim(), "data-shape": shape }, text);
  function announce(text) {
    const live = document.getElementById("live");
    live.textContent = "";
    setTimeout(() => { live.textContent = text; }, 50);
  }
  // Text that leaves the page as a file.
  function save(name, content, type) {
    const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type: type || "text/plain" }));
    const link = make("a", { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  }

  Object.assign(phone, { language, say, label, day, time, moment, local, size, part, make, mark, announce, save, isToday });
  phone.show = {};
})();
