// The queue: how many cases are ticked, all of a page at once, and a bar that shows only when something is chosen.

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
