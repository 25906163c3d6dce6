// A worker beside each page, since timers of a page in the background are slowed down to less than presence lasts. It asks for
// nothing and shows nothing; who has not said to be there stays absent, and the session ends idle as it would without it.
"use strict";
self.addEventListener("message", ({ data: { address, headers, seconds } }) => {
  const timer = setInterval(async () => {
    const answer = await fetch(address, { method: "POST", headers, redirect: "manual" }).catch(() => null); // it may come back
    if (answer?.type === "opaqueredirect" || answer?.status === 403) clearInterval(timer); // signed out
  }, seconds * 1000);
});
