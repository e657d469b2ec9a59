// The list of the library changes in place, and a comparison's address can be copied. Everything works without.
import { toast } from "./site.js";

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    toast(button.dataset.copied);
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key !== " " || event.target.getAttribute("role") !== "switch") return;
  event.preventDefault(); // a switch turns with the space bar, links alone with Enter
  event.target.click();
});

const box = () => document.querySelector("#library");
const key = (link) => link.dataset.keep || link.textContent.replace(/[\d,\s]+$/, "").trim();

/** Focus what was pressed, in the new list; if it is gone, the number of finds. Links of the phone may be hidden. */
function keepFocus(pressed) {
  const again = [...box().querySelectorAll("a")].find((link) => key(link) === pressed && link.getClientRects().length);
  const title = box().querySelector("#found-title");
  title.tabIndex = -1;
  (again ?? title).focus({ preventScroll: true });
}

/** Put another list in the place of this one; whatever goes wrong, the browser goes there by itself. */
async function show(address, focus) {
  box().classList.add("is-loading");
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const open = [...document.querySelectorAll("#library details")].map((one) => one.open);
    box().replaceWith(page.querySelector("#library"));
    document.querySelector(".search-box").replaceWith(page.querySelector(".search-box"));
    document.title = page.title;
    document.querySelectorAll("#library details").forEach((one, at) => { one.open = open[at] ?? false; });
    if (focus) keepFocus(focus);
  } catch {
    location.assign(address);
  }
}

if (box()) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("#library :is(.facet, .chips) a, #library a[data-keep]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || link.pathname !== location.pathname) return;
    event.preventDefault();
    history.pushState(null, "", link.href);
    show(link.href, key(link));
  });
  addEventListener("popstate", () => show(location.href));
}
