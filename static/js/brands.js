// The map of brands without reloading: cards, filters and zooms are fetched from their own address and put in place.
// Everything here also works as plain links and a form.

const parts = () => document.querySelectorAll("[data-live]");
let latest = 0;

async function show(address, { push = true, focus = "" } = {}) {
  const turn = ++latest;
  for (const part of parts()) part.classList.add("is-loading");
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (turn !== latest) return;
    const held = holder(document.activeElement);
    for (const part of parts()) {
      const fresh = page.querySelector(`[data-live="${part.dataset.live}"]`);
      if (fresh) part.replaceWith(document.adoptNode(fresh));
    }
    document.title = page.title;
    if (push) history.pushState({}, "", address);
    begin();
    document.querySelector(focus || held || "none")?.focus({ preventScroll: true });
  } catch {
    if (turn === latest) location.assign(address); // the page itself says what is wrong
  }
}

// How to find the same control again in the new page.
function holder(element) {
  if (element?.dataset?.brand) return `[data-brand="${CSS.escape(element.dataset.brand)}"]`;
  if (element?.id) return `#${CSS.escape(element.id)}`;
  if (element?.name) return `[name="${element.name}"][value="${CSS.escape(element.value)}"]`;
  return "";
}

function sieve() {
  return document.querySelector("[data-sieve]");
}

function asked() {
  const form = sieve(), data = new URLSearchParams();
  const all = form.querySelectorAll("[name=tier]"), chosen = form.querySelectorAll("[name=tier]:checked");
  for (const [name, value] of new FormData(form)) {
    if (!value || (name === "tier" && all.length === chosen.length) || (name === "show" && value === "brands")) continue;
    if (name === "year" && value === form.elements.year.max) continue;
    data.append(name, value);
  }
  return `${location.pathname}${data.size ? `?${data}` : ""}`;
}

// Left, right, up and down go to the nearest brand on that side.
const SIDES = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
function neighbor(from, [right, down]) {
  const middle = (link) => {
    const box = link.getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
  };
  const [x, y] = middle(from);
  let best = null, least = Infinity;
  for (const link of document.querySelectorAll(".atlas [data-brand]")) {
    const [a, b] = middle(link);
    const along = (a - x) * right + (b - y) * down, aside = Math.abs((a - x) * down) + Math.abs((b - y) * right);
    const far = along + 2 * aside;
    if (link !== from && along > 0.5 && far < least) [best, least] = [link, far];
  }
  return best;
}

function begin() {
  const fold = document.querySelector(".sieve-fold");
  if (fold && matchMedia("(max-width: 720px)").matches) fold.open = false; // first the map
  const form = sieve();
  if (!form || form.dataset.begun) return;
  form.dataset.begun = "1";
  form.classList.add("is-live");
  form.addEventListener("submit", (event) => { event.preventDefault(); show(asked()); });
  form.addEventListener("input", ({ target }) => {
    if (target.name === "year") form.querySelector("#sieve-shown").textContent = target.value;
  });
  form.addEventListener("change", ({ target }) => { if (target.name !== "q") show(asked()); });
}

document.addEventListener("click", (event) => {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest(".atlas a, .atlas-up a, .bars a");
  if (!link) return;
  event.preventDefault();
  const brand = link.dataset.brand;
  show(new URL(link.getAttribute("href"), location.href).href, { focus: brand ? `[data-brand="${CSS.escape(brand)}"]` : "" });
});

document.addEventListener("keydown", (event) => {
  const side = SIDES[event.key], from = event.target.closest?.(".atlas [data-brand]");
  if (!side || !from || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  neighbor(from, side)?.focus();
});

window.addEventListener("popstate", () => show(location.href, { push: false }));
begin();
