// Small comforts; every page works without them.

const summary = document.querySelector(".error-summary");
if (summary) summary.focus();

// A menu closes on Escape and on a click elsewhere.
const menus = () => document.querySelectorAll("details.menu[open]");
document.addEventListener("click", (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// A form is sent once: a second click on its button does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  else if (form.method === "post" && !event.defaultPrevented) {
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 8000);
  }
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// A field takes only so many characters and drops the rest of what is pasted; the page tells that it did.
const cut = document.querySelector("script[data-cut]").dataset.cut;
document.addEventListener("paste", (event) => {
  const field = event.target;
  if (!(field.maxLength > 0)) return;
  const kept = field.value.length - (field.selectionEnd - field.selectionStart);
  const told = field.nextElementSibling?.matches(".field__cut") ? field.nextElementSibling : null;
  if (kept + event.clipboardData.getData("text").length <= field.maxLength) told?.remove();
  else if (!told) {
    const words = document.createElement("p");
    words.className = "field__help field__cut";
    words.setAttribute("role", "alert");
    words.textContent = cut.replace("{most}", field.maxLength);
    field.after(words);
  }
});

// The list of a guide's parts marks the one in view.
const links = [...document.querySelectorAll(".toc a")];
const parts = links.map((link) => document.querySelector(link.hash)).filter(Boolean);
if (parts.length) {
  const mark = () => {
    const passed = parts.filter((part) => part.getBoundingClientRect().top < 160);
    const here = (passed.at(-1) ?? parts[0]).id;
    for (const link of links) link.classList.toggle("is-now", link.hash === `#${here}`);
  };
  document.addEventListener("scroll", mark, { passive: true });
  mark();
}

/** Show a short success message; never for errors. */
export function toast(words) {
  let box = document.querySelector(".toasts");
  if (!box) {
    box = document.createElement("div");
    box.className = "toasts";
    box.setAttribute("role", "status");
    document.body.append(box);
  }
  const item = document.createElement("p");
  item.className = "toast";
  item.textContent = words;
  box.append(item);
  setTimeout(() => item.remove(), 6000);
}

// Django's lists are cards on a phone, where every cell names its column.
const list = document.querySelector("#result_list");
if (list) {
  const names = [...list.tHead.rows[0].cells].map((cell) => cell.querySelector(".text")?.textContent.trim());
  for (const row of list.tBodies[0].rows) {
    for (const [place, cell] of [...row.cells].entries()) if (names[place]) cell.dataset.label = names[place];
  }
  list.classList.add("is-cards");
}

// On a phone the office's areas lie side by side: the one that is open comes into sight.
const here = document.querySelector(".rail [aria-current]");
if (here) here.parentElement.scrollLeft = here.offsetLeft - (here.parentElement.clientWidth - here.offsetWidth) / 2;
