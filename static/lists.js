// Lists of opinions: rows unfold (x), and say quietly what has changed since they were shown.
(function () {
  "use strict";
  var EVERY = 60000, SOON = 1000, timer = 0;

  // Unfolding: the whole text is there already.
  function unfold(row) {
    var mark = row && row.querySelector("[data-unfold]");
    if (mark) mark.setAttribute("aria-expanded", String(row.classList.toggle("unfolded")));
  }
  document.addEventListener("click", function (event) {
    var mark = event.target.closest("[data-unfold]");
    if (!mark || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    unfold(mark.closest("[data-row]"));
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.closest("dialog")) return;
    unfold(document.querySelector("[data-row].on") || event.target.closest("[data-row]"));
  });

  // What has changed: asked once a minute, only while somebody looks.
  function rows() { return Array.prototype.slice.call(document.querySelectorAll("[data-case]")); }
  function pk(row) { return row.dataset["case"].split(".")[0]; }
  function put(row, sign, words) {
    var mark = row.querySelector(".changed-mark");
    if (!mark) {
      mark = document.createElement("span");
      mark.className = "changed-mark";
      row.querySelector("[data-open]").parentNode.appendChild(mark);
    }
    mark.textContent = sign;
    mark.title = words;
    mark.setAttribute("role", "img");
    mark.setAttribute("aria-label", words);
  }
  function shown() { return rows().map(function (row) { return row.dataset["case"]; }).join(" "); }
  function show(told, of) {
    var bar = document.querySelector(".changes"), here = document.querySelector("[data-presence]");
    if (here) { here.textContent = told.here; here.hidden = !told.here; }
    // Drawn anew meanwhile: what was told is of the rows before.
    if (!bar || of !== shown()) return;
    var changed = 0, left = 0;
    rows().forEach(function (row) {
      var key = Number(pk(row));
      if (told.left.indexOf(key) >= 0) { left++; row.classList.add("gone"); put(row, "✕", bar.dataset.left); }
      else if (told.changed.indexOf(key) >= 0) { changed++; put(row, "●", bar.dataset.changed); }
    });
    var parts = [];
    if (changed) parts.push("● " + bar.dataset.changed + bar.dataset.colon + changed);
    if (left) parts.push("✕ " + bar.dataset.left + bar.dataset.colon + left);
    bar.querySelector("[data-told]").textContent = parts.join(" · ");
    bar.hidden = !parts.length;
  }
  function ask() {
    var source = document.querySelector("[data-poll]");
    var secret = document.querySelector("[name=csrfmiddlewaretoken]");
    if (!source || !secret || document.hidden) return later(EVERY);
    var bar = document.querySelector(".changes"), here = document.querySelector("[data-presence]");
    var asked = new URLSearchParams(), of = bar ? shown() : "";
    asked.set("rows", of);
    asked.set("list", bar ? bar.dataset.list : "");
    asked.set("query", window.location.search);
    asked.set("case", here ? here.dataset.presence : "");
    var request = new XMLHttpRequest();
    request.open("POST", source.dataset.poll);
    request.setRequestHeader("X-CSRFToken", secret.value);
    request.setRequestHeader("Unattended", "1");
    request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
    request.onload = function () {
      // A session that is over, or a list that is no longer theirs: the next click says so.
      if (request.status !== 200) return;
      show(JSON.parse(request.responseText), of);
      later(EVERY);
    };
    request.onerror = function () { later(EVERY); };
    request.send(asked.toString());
  }
  function later(after) {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, after);
  }
  document.addEventListener("htmx:afterSwap", function (event) {
    if (event.target.id === "panel") later(SOON);
  });
  document.addEventListener("visibilitychange", function () { if (!document.hidden) later(SOON); });
  later(document.querySelector("[data-presence]") ? SOON : EVERY);
})();
