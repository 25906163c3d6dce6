// Keyboard, heartbeat and small updates; everything else is links and forms, which work without this file.
"use strict";
(() => {
  const script = document.currentScript.src;
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

  // Rows that are asked for again keep the choice.
  let chosenKey = null;
  document.addEventListener("htmx:beforeSwap", () => { chosenKey = document.querySelector(".chosen")?.dataset.key ?? null; });
  document.addEventListener("htmx:afterSwap", () => {
    if (chosenKey && !document.querySelector(".chosen")) document.querySelector(`[data-key="${CSS.escape(chosenKey)}"]`)?.classList.add("chosen");
  });

  const press = (selector) => document.querySelector(selector)?.click();
  const KEYS = {
    j: () => choose(1),
    k: () => choose(-1),
    c: () => press(".chosen [data-claim]"),
    Enter: () => press(".chosen a"),
    r: () => document.querySelector("[data-reply]")?.focus(),
    "/": () => (document.querySelector("[data-filter]") ?? document.querySelector("[data-search]"))?.focus(),
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
  // A piece that comes later says it anew.
  let told = null;
  function readNow(where) {
    const said = where.querySelector("[data-now]")?.dataset.now ?? where.dataset.now;
    if (said) told = { now: Date.parse(said), at: performance.now() };
  }
  readNow(document.body);
  const serverNow = () => told.now + (performance.now() - told.at);
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
  setInterval(() => { if (told) tick(); }, 1000);

  // Whoever has a page open is there: heartbeat.js says so, also while the tab is in the background.
  const { heartbeat, heartbeatSeconds } = document.body.dataset;
  if (heartbeat) {
    const csrf = JSON.parse(document.body.getAttribute("hx-headers"));
    new Worker(new URL("heartbeat.js", script)).postMessage({ address: heartbeat, headers: csrf, seconds: Number(heartbeatSeconds) });
  }

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
  const askedBy = (event) => event.detail.requestConfig.elt; // what was swapped away stays the one that asked
  const isSubmit = (event) => askedBy(event).matches("form, form button");
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!isSubmit(event) || event.detail.xhr.status >= 400) return; // a redirect isn't `successful` to htmx
    for (const field of askedBy(event).closest("form").querySelectorAll("[data-draft]")) sessionStorage.removeItem(draftOf(field));
  });
  if (document.querySelector(".who")) restoreDrafts();
  else sessionStorage.clear();

  // What was refused is told on top, and must be seen.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isSubmit(event)) document.querySelector("#notice").replaceChildren();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    readNow(event.detail.target);
    if (event.detail.target.id === "notice") event.detail.target.scrollIntoView({ block: "nearest" });
  });

  // Texts to insert go where the cursor was in the reply.
  document.addEventListener("click", (event) => {
    const text = event.target.closest("[data-insert]")?.dataset.insert;
    const field = document.querySelector("textarea[data-reply]");
    if (text === undefined || !field) return;
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });

  // The newest message is in sight, unless somebody is reading further up.
  let atBottom = true;
  const thread = () => document.querySelector("[data-bottom]");
  const toBottom = () => { const it = thread(); if (it && atBottom) it.scrollTop = it.scrollHeight; };
  document.addEventListener("htmx:beforeSwap", () => {
    const it = thread();
    if (it) atBottom = it.scrollHeight - it.scrollTop - it.clientHeight < 40;
  });
  document.addEventListener("htmx:afterSwap", toBottom);
  toBottom();

  // What was uncovered leaves the page again.
  document.addEventListener("htmx:load", (event) => {
    for (const it of event.detail.elt.parentElement?.querySelectorAll("[data-vanish]") ?? []) {
      setTimeout(() => it.replaceChildren(it.dataset.gone), Number(it.dataset.vanish) * 1000);
    }
  });
})();
