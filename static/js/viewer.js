// The viewer of the desk: another sheet without leaving the page; larger, smaller, turned, over the full width.

const place = document.querySelector("#sheet");
const bench = document.querySelector("#bench");
const STEP = 1.25;
const WIDE = "desk-wide";
let scale = 1;
let turns = 0;

/** Draw the pictures as wide as wanted; a turned one is as wide as it was and takes the room of its other side. */
function draw() {
  for (const picture of place.querySelectorAll("img[data-sheet]")) {
    const { style } = picture;
    style.width = scale === 1 ? "" : `${100 * scale}%`;
    style.maxWidth = scale === 1 ? "" : "none";
    style.rotate = turns ? `${turns * 90}deg` : "";
    style.margin = "";
    const { clientWidth: wide, clientHeight: high } = picture;
    if (turns % 2 === 0 || !high) continue;
    const width = (wide * wide) / high;
    const room = (width - wide) / 2;
    style.width = `${width}px`;
    style.maxWidth = "none";
    style.margin = `${room + 4}px ${-room}px`;
  }
}

function widen(wide) {
  bench.classList.toggle("bench--wide", wide);
  place.querySelector("[data-view=wide]")?.setAttribute("aria-pressed", String(wide));
}

const DO = {
  closer: () => { scale = Math.min(scale * STEP, 6); draw(); },
  farther: () => { scale = Math.max(scale / STEP, 0.4); draw(); },
  turn: () => { turns = (turns + 1) % 4; draw(); },
  wide: () => {
    const wide = !bench.classList.contains("bench--wide");
    sessionStorage.setItem(WIDE, wide ? "1" : "");
    widen(wide);
    draw();
  },
};

function begin() {
  scale = 1;
  turns = 0;
  for (const button of place.querySelectorAll("[data-view]")) button.hidden = false;
  widen(sessionStorage.getItem(WIDE) === "1");
}

/** Show the sheet of an address in place of the present one; where that fails, go there. */
async function show(address) {
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { headers: { "X-Part": "sheet" } });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    place.innerHTML = await answer.text();
  } catch {
    location.assign(address);
    return;
  }
  place.removeAttribute("aria-busy");
  history.replaceState(null, "", address);
  const number = new URL(address, location.href).searchParams.get("m") ?? "";
  for (const field of document.querySelectorAll("input[name=sheet]")) field.value = number;
  begin();
  document.dispatchEvent(new Event("sheet"));
  place.querySelector(".sheets [aria-current]")?.focus({ preventScroll: true });
}

if (place) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-part]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      show(link.href);
    }
    const button = event.target.closest("[data-view]");
    if (button) DO[button.dataset.view]();
  });
  begin();
}
