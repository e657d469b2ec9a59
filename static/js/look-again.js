// What changes by itself is looked up again: queues of an event, the own places in them. Without it a link does it.
const EVERY = 15000;
const parts = () => document.querySelectorAll("[data-live]");

async function look() {
  if (document.hidden || !parts().length) return;
  const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return; // it looks again later, or the next click says what is wrong
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of parts()) {
    const fresh = page.querySelector(`[data-live="${part.dataset.live}"]`);
    const isUsed = part.contains(document.activeElement);
    if (!fresh || isUsed || fresh.textContent === part.textContent) continue;
    part.replaceChildren(...document.adoptNode(fresh).childNodes);
  }
  document.title = page.title;
}

setInterval(look, EVERY);
document.addEventListener("visibilitychange", look);
