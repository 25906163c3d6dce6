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
    if (event.key === "Escape" && isTyping(event.target)) event.target.blur();
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const act = KEYS[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });

  // Spans of time go on without asking: `data-since` counts up, `data-until` down. The page says what time it was.
  const opened = performance.now();
  const serverNow = () => Date.parse(document.body.dataset.now) + (performance.now() - opened);
  const two = (number) => String(number).padStart(2, "0");
  function countdown(ms) {
    const whole = Math.floor(Math.abs(ms) / 1000), sign = ms < 0 ? "−" : "";
    const days = Math.floor(whole / 86400), hours = Math.floor(whole / 3600);
    if (days) return `${sign}${days} d ${hours % 24} h`;
    if (hours) return `${sign}${hours} h ${two(Math.floor(whole / 60) % 60)}`;
    return `${sign}${Math.floor(whole / 60)}:${two(whole % 60)}`;
  }
  function tick() {
    const now = serverNow();
    for (const it of document.querySelectorAll("[data-since]")) it.textContent = countdown(now - Date.parse(it.dataset.since));
    for (const it of document.querySelectorAll("[data-until]")) it.textContent = countdown(Date.parse(it.dataset.until) - now);
  }
  if (document.body.dataset.now) setInterval(tick, 1000);

  // What was typed outlives a page that loads anew, until it was sent; nothing of it stays for the next who signs in.
  const draftOf = (field) => `${location.pathname} ${field.name}`;
  function restoreDrafts() {
    for (const field of document.querySelectorAll("[data-draft]")) {
      field.value = sessionStorage.getItem(draftOf(field)) ?? field.value;
    }
  }
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-draft]")) sessionStorage.setItem(draftOf(event.target), event.target.value);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.requestConfig?.verb === "post" && event.target.closest("form");
    if (!form || event.detail.xhr.status >= 400) return; // a redirect isn't `successful` to htmx
    for (const field of form.querySelectorAll("[data-draft]")) sessionStorage.removeItem(draftOf(field));
  });
  if (document.querySelector(".who")) restoreDrafts();
  else sessionStorage.clear();

  // What was refused is told on top, and must be seen.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.requestConfig.verb === "post") document.querySelector("#notice").replaceChildren();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "notice") event.detail.target.scrollIntoView({ block: "nearest" });
  });

  // What was uncovered leaves the page again.
  document.addEventListener("htmx:load", (event) => {
    for (const it of event.detail.elt.parentElement?.querySelectorAll("[data-vanish]") ?? []) {
      setTimeout(() => it.replaceChildren(it.dataset.gone), Number(it.dataset.vanish) * 1000);
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
