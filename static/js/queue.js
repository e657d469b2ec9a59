// The queue: how many cases are ticked, all of a page at once, keys from line to line.

const lines = [...document.querySelectorAll(".queue__link")];
document.querySelector(".queue__keys")?.removeAttribute("hidden");
const on = () => !document.body.classList.contains("keys-off"); // keys.js keeps what is preferred

document.addEventListener("keydown", (event) => {
  if (!on() || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || !lines.length) return;
  if (event.target.closest("textarea, select, dialog, input:not([type=checkbox])")) return;
  const row = event.target.closest(".queue__row");
  const here = row ? lines.indexOf(row.querySelector(".queue__link")) : -1;
  const step = { j: 1, k: -1 }[event.key];
  if (step) lines[Math.min(Math.max(here + step, 0), lines.length - 1)].focus();
  else if (event.key === "x" && row) row.querySelector(".queue__pick")?.click();
  else return;
  event.preventDefault();
});

const form = document.querySelector("#batch");
const bar = form?.querySelector(".batch");
if (bar) {
  const ticks = [...form.querySelectorAll(".queue__pick")];
  const count = bar.querySelector("[data-count]");
  const all = bar.querySelector("[data-all]");
  all.closest("label").hidden = false;
  const tell = () => {
    const chosen = ticks.filter((tick) => tick.checked).length;
    count.textContent = count.dataset.words.replace("{count}", chosen);
    all.checked = chosen === ticks.length;
    all.indeterminate = chosen > 0 && chosen < ticks.length;
    for (const button of bar.querySelectorAll("button")) button.disabled = chosen === 0;
  };
  all.addEventListener("change", () => {
    for (const tick of ticks) tick.checked = all.checked;
    tell();
  });
  form.addEventListener("change", tell);
  window.addEventListener("pageshow", tell);

  // With Shift, everything from the last tick to this one.
  let last = null;
  for (const tick of ticks) {
    tick.addEventListener("click", (event) => {
      if (event.shiftKey && last) {
        const [from, to] = [ticks.indexOf(last), ticks.indexOf(tick)].sort((a, b) => a - b);
        for (const between of ticks.slice(from, to + 1)) between.checked = tick.checked;
        tell();
      }
      last = tick;
    });
  }
}
