// What pages can do better with a script; all of them work without.
"use strict";

const main = document.querySelector("main");

// Tells whoever shows this page in a frame, or opened it, how it ended: only origins that the environment names.
if (main.dataset.message) {
  const message = JSON.parse(main.dataset.message);
  const opener = window.opener;
  // A window that a framed page opened: the frame (ours) and the page around it.
  const listeners = new Set([window.parent, opener, opener && opener.parent]);
  for (const listener of listeners) {
    if (!listener || listener === window) continue;
    for (const origin of JSON.parse(main.dataset.origins)) listener.postMessage(message, origin);
  }
  if (opener) opener.postMessage(message, location.origin);
}

for (const form of document.querySelectorAll("form[data-form]")) {
  const button = form.querySelector("button[type=submit]");
  const words = button.textContent;
  const away = document.querySelector("[data-while-away]");
  let isSent = false;
  form.addEventListener("submit", (event) => {
    if (away) {
      away.hidden = false; // The form stays: the window may be closed again.
      return;
    }
    if (isSent) return event.preventDefault();
    isSent = true;
    button.setAttribute("aria-disabled", "true");
    button.textContent = button.dataset.busy;
  });
  // Shown again from the browser's memory.
  window.addEventListener("pageshow", () => {
    if (!isSent) return;
    isSent = false;
    button.removeAttribute("aria-disabled");
    button.textContent = words;
  });
  // The window that was opened for the vendor is done.
  window.addEventListener("message", (event) => {
    if (!away || event.origin !== location.origin || event.data?.type !== "tidegate:connected") return;
    form.hidden = away.hidden = true;
    document.querySelector("[data-when-back]").hidden = false;
  });
}
