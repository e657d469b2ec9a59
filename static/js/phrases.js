// Ready phrases go into the field that is being written, where the cursor stands; without this they load with the page.
// A chosen defect brings its ready cure into the field beside it, unless somebody has written there.

const said = new Set();

function write(field, text) {
  const { selectionStart: from, selectionEnd: to, value } = field;
  const gap = from > 0 && !/\s$/.test(value.slice(0, from)) ? "\n" : "";
  field.setRangeText(gap + text, from, to, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-phrase]");
  const field = link && document.getElementById(link.dataset.into);
  if (!field) return;
  event.preventDefault();
  write(field, link.dataset.phrase);
});

const cures = JSON.parse(document.getElementById("ready-cures")?.textContent || "{}");
document.addEventListener("change", (event) => {
  const name = event.target.name ?? "";
  if (!name.startsWith("reason_")) return;
  const field = event.target.form.elements[name.replace("reason_", "cure_")];
  const [first] = cures[event.target.value] ?? [];
  if (!field || !first || (field.value && !said.has(field.value))) return;
  field.value = first;
  said.add(first);
});
