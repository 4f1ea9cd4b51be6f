// Large print for older eyes: one tap, and it stays on this phone.
(function () {
  "use strict";
  const KEY = "large";
  function isOn() { try { return localStorage.getItem(KEY) === "1"; } catch (error) { return false; } }
  function show(on) {
    document.documentElement.classList.toggle("large", on);
    document.querySelectorAll("[data-large]").forEach((button) => {
      button.hidden = false;
      button.setAttribute("aria-pressed", String(on));
    });
  }
  document.documentElement.classList.toggle("large", isOn());
  document.addEventListener("DOMContentLoaded", () => show(isOn()));
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-large]")) return;
    const on = !document.documentElement.classList.contains("large");
    try { if (on) localStorage.setItem(KEY, "1"); else localStorage.removeItem(KEY); } catch (error) { /* this page only */ }
    show(on);
  });
})();
