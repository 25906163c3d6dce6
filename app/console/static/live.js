// News from the desk. A piece of a page with `data-live="<address of the stream>"` asks for itself again when there are
// some (htmx event `news`); with `data-about="<conversation>"` only for news of that one. All tabs of a browser share one
// stream, since a browser opens no more than six connections and the server counts streams: one tab reads and tells the others.
"use strict";
(() => {
  const first = document.querySelector("[data-live]");
  if (!first) return;
  const BEGINNINGS = new Set(["ready", "resync"]);
  const SETTLE_MS = 150, AGAIN_MS = 5000;
  const others = new BroadcastChannel("console-live");
  const waiting = new WeakMap();

  function refresh(piece) {
    if (waiting.has(piece)) return;
    waiting.set(piece, setTimeout(() => {
      waiting.delete(piece);
      htmx.trigger(piece, "news");
    }, SETTLE_MS));
  }
  function showTyping(about, seconds) {
    for (const it of document.querySelectorAll(`[data-typing="${CSS.escape(about)}"]`)) {
      it.hidden = false;
      clearTimeout(waiting.get(it));
      waiting.set(it, setTimeout(() => { it.hidden = true; }, seconds * 1000));
    }
  }
  function showCustomer(about, status) {
    for (const it of document.querySelectorAll(`[data-customer="${CSS.escape(about)}"]`)) it.hidden = status !== "online";
  }
  function hear(news) {
    if (BEGINNINGS.has(news.type)) for (const it of document.querySelectorAll("[data-customer]")) it.hidden = true; // told anew
    if (news.type === "customer_presence") return showCustomer(news.conversation_id, news.status);
    if (news.type === "typing") return showTyping(news.conversation_id, news.seconds);
    for (const piece of document.querySelectorAll("[data-live]")) {
      const about = piece.dataset.about;
      if (!about || !news.conversation_id || about === news.conversation_id) refresh(piece);
    }
  }
  function tell(news) {
    hear(news);
    others.postMessage(news);
  }
  others.addEventListener("message", (event) => hear(event.data));

  // Whoever holds the lock reads; when that tab closes the next one gets it.
  function read() {
    const source = new EventSource(first.dataset.live);
    source.addEventListener("news", (event) => tell(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) return; // the browser comes again by itself
      tell({ type: "lost" }); // an ended session shows itself by what the pieces are answered
      setTimeout(read, AGAIN_MS);
    });
    window.addEventListener("pagehide", () => source.close());
  }
  if (navigator.locks) navigator.locks.request("console-live", () => { read(); return new Promise(() => {}); });
  else read();

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.triggeringEvent?.type === "news") event.detail.headers["X-Unattended"] = "1";
  });
})();
