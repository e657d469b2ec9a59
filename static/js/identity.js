// The identity form asks only for what the chosen document does not tell itself. Without JavaScript it asks for all.
const form = document.querySelector("form[data-identity]");
const telling = ["RESIDENT_ID", "RESIDENCE_PERMIT", "PERMANENT_RESIDENT"];

function show(name, wanted) {
  const input = form.elements[name];
  input.closest(".field").hidden = !wanted;
  if (!wanted) input.value = "";
}

function update() {
  const kind = form.elements.document_type.value;
  const number = form.elements.number.value.replace(/[\s-]/g, "");
  const tells = kind === "RESIDENT_ID" || (telling.includes(kind) && number.length !== 15);
  show("issuing_country", kind === "PASSPORT");
  show("birth_date", !tells);
  show("sex", !tells);
}

if (form) {
  form.addEventListener("change", update);
  update();
}
