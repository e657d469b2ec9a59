// Keys of the desk. A key presses what carries it as data-key and can be pressed by mouse as well. Keys rest while
// somebody types, with Ctrl, Alt and Meta, and where they were switched off in this browser.

const PREFERENCES = "desk";
const TICKS = "input[type=checkbox], input[type=radio]";
const FIELDS = `input:not(${TICKS}, [type=hidden]), textarea, select, [contenteditable]`;
const note = document.querySelector("#talk_note"); // the internal note: written, then saved
const help = document.querySelector("#keys");

function preferences() {
  try {
    return { keys: true, next: true, ...JSON.parse(localStorage.getItem(PREFERENCES)) };
  } catch {
    return { keys: true, next: true };
  }
}

function prefer(name, value) {
  localStorage.setItem(PREFERENCES, JSON.stringify({ ...preferences(), [name]: value }));
  follow();
}

/** Let the page follow what is preferred: hints of keys, and where an act leads. */
function follow() {
  const wanted = preferences();
  document.body.classList.toggle("keys-off", !wanted.keys);
  for (const field of document.querySelectorAll("input[name=next]")) {
    field.dataset.next ??= field.value;
    field.value = wanted.next ? field.dataset.next : "";
  }
  for (const box of document.querySelectorAll("[data-prefer]")) box.checked = wanted[box.dataset.prefer];
}

function openHelp() {
  if (help && !help.open) help.showModal();
}

/** Press what carries the key: a tick, a form's button, a summary with its first field, a link. */
function press(target) {
  if (target.matches("input[type=checkbox]")) target.focus();
  target.click();
  const details = target.closest("summary")?.parentElement;
  if (!details) return;
  details.open = true;
  details.querySelector(`form :is(${FIELDS}, ${TICKS})`)?.focus();
}

function keyOf(event) {
  if (event.key.length === 1) return event.key.toLowerCase();
  return /^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : ""; // an input method is on
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.matches?.(FIELDS)) event.target.blur();
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.defaultPrevented) return;
  if (event.isComposing || event.target.closest?.(`${FIELDS}, dialog`)) return;
  const key = keyOf(event);
  if (key === "?") return openHelp();
  if (!key || !preferences().keys) return;
  if (key === "s" && note) {
    event.preventDefault();
    if (note.value.trim()) note.form.requestSubmit();
    else note.focus();
    return;
  }
  const found = key === "/" ? document.querySelector("#desk-search, #q") : pressable(key);
  if (!found) return;
  event.preventDefault();
  if (key === "/") found.select(); // takes the focus along
  else press(found);
});

const pressable = (key) =>
  [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((one) => !one.disabled && one.checkVisibility());

for (const button of document.querySelectorAll("[data-help]")) {
  button.hidden = false;
  button.addEventListener("click", openHelp);
}
for (const box of document.querySelectorAll("[data-prefer]")) {
  box.addEventListener("change", () => prefer(box.dataset.prefer, box.checked));
}
follow();
document.addEventListener("sheet", follow);
