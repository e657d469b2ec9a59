// The clerk's desk: the lease of the open case is prolonged while the page is open and given back when it is left.

import "./keys.js";
import "./viewer.js";

const form = document.querySelector("#release");
if (form) {
  const post = (address) => fetch(address, { method: "POST", body: new FormData(form) });
  setInterval(() => document.hidden || post(form.dataset.claim), 5 * 60 * 1000);

  let stays = false; // another sheet of the same case, or an act on it
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    stays = Boolean(link && (link.pathname === location.pathname || link.target === "_blank"));
  });
  document.addEventListener("submit", () => { stays = true; });
  window.addEventListener("pagehide", () => {
    if (stays) return;
    const words = new FormData(form);
    words.append("leaving", "1");
    navigator.sendBeacon(form.action, words);
  });
}

// A sheet's summary opens downwards and stays in view.
for (const details of document.querySelectorAll(".act details")) {
  details.addEventListener("toggle", () => { if (details.open) details.scrollIntoView({ block: "nearest" }); });
}

// The list at the left shows the case in it.
const here = document.querySelector(".bench__queue .is-here");
const list = here?.closest(".bench__queue");
if (list) list.scrollTop = here.offsetTop - list.clientHeight / 2;
