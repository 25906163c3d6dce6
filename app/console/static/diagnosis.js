// Copying a ready message, and putting it into the reply of the conversation that asked.
"use strict";
(() => {
  const messageBy = (button) => button.closest(".message-text").querySelector("textarea");

  async function copy(button) {
    const field = messageBy(button);
    field.select();
    if (navigator.clipboard) await navigator.clipboard.writeText(field.value).catch(() => document.execCommand("copy"));
    else document.execCommand("copy");
    button.textContent = `✓ ${button.dataset.done}`;
  }

  function insert(button) {
    // The reply's draft, as console.js keeps it: what was typed there stays.
    const path = button.dataset.into, key = `${path} text`, typed = sessionStorage.getItem(key), text = messageBy(button).value;
    sessionStorage.setItem(key, typed ? `${typed}\n${text}` : text);
    location.assign(path);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.matches("[data-copy]")) copy(button);
    if (button?.matches("[data-into]")) insert(button);
  });
})();
