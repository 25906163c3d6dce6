// Keyboard and live updates; everything else is links and forms, which work without this file.
"use strict";
(() => {
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]");

  function choose(step) {
    const every = rows();
    if (!every.length) return;
    const now = every.findIndex((row) => row.classList.contains("chosen"));
    const next = every[Math.min(every.length - 1, Math.max(0, now + step))];
    every.forEach((row) => row.classList.toggle("chosen", row === next));
    next.scrollIntoView({ block: "nearest" });
  }

  const press = (selector) => document.querySelector(selector)?.click();
  const KEYS = {
    j: () => choose(1),
    k: () => choose(-1),
    c: () => press(".chosen [data-claim]"),
    Enter: () => press(".chosen a"),
    r: () => document.querySelector("[data-reply]")?.focus(),
    "?": () => location.assign("/console/"),
  };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "k") {
      event.preventDefault();
      document.querySelector("[data-search]")?.focus();
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      event.target.form?.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const act = KEYS[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });

  // A piece of a page that says where its news comes from asks for itself again when there are some.
  document.querySelectorAll("[data-live]").forEach((piece) => {
    const source = new EventSource(piece.dataset.live);
    const refresh = () => htmx.trigger(piece, "news");
    for (const kind of ["message", "conversation", "presence", "clock"]) source.addEventListener(kind, refresh);
    window.addEventListener("pagehide", () => source.close());
  });
})();
