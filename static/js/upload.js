// Sends a file as soon as it is chosen, shows how far it is, and puts the fresh rows in place. Without this the forms
// work by their own button.

import { freshen, token } from "./autosave.js";

const lists = document.querySelector("#lists");
const words = lists?.dataset ?? {};
const POLL = 3_000;

/** Let the styled labels stand for the file fields. */
function enhance(root) {
  for (const form of root.querySelectorAll("form[data-upload]")) {
    form.classList.add("is-live");
    for (const camera of form.querySelectorAll("[data-camera]")) camera.hidden = false;
  }
}

/** Put fresh parts into the page; what was typed into the commitment stays, and so does what was said of a bad file. */
function place(parts) {
  const faulty = [...lists.querySelectorAll(".material:has(.field__error)")];
  const typed = new Map([...document.querySelectorAll("#commitment-place [name]")].map((field) => [field.name, field.value]));
  const focused = document.activeElement?.id;
  lists.innerHTML = parts.lists;
  for (const row of faulty) {
    const fresh = document.getElementById(row.id);
    if (fresh && !fresh.querySelector(".field__error") && !fresh.matches(".material--scanning")) fresh.replaceWith(row);
  }
  document.querySelector("#commitment-place").innerHTML = parts.commitment;
  document.querySelector("#side").innerHTML = parts.side;
  for (const field of document.querySelectorAll("#commitment-place [name]")) {
    if (typed.get(field.name)) field.value = typed.get(field.name);
  }
  enhance(lists);
  if (focused) document.getElementById(focused)?.focus();
  if (parts.scanning) setTimeout(look, POLL);
}

async function look() {
  if (sending.size) return setTimeout(look, POLL);
  const answer = await fetch(words.rows, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
  if (answer?.ok) place(await answer.json());
}

const sending = new Map(); // material -> request

function send(form, input) {
  const row = form.closest(".material");
  const file = input.files[0];
  if (!file) return;
  if (file.size > Number(words.max)) return fault(row, words.tooLarge);
  const body = new FormData(form);
  body.delete("file");
  body.append("file", file);
  const request = new XMLHttpRequest();
  sending.set(form.dataset.upload, request);
  progress(row, file.name, request);
  request.open("POST", form.action);
  request.setRequestHeader("X-Requested-With", "fetch");
  request.setRequestHeader("X-CSRFToken", token());
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => step(row, event.loaded / event.total));
  request.addEventListener("loadend", () => arrived(form, row, request, file.name));
  request.send(body);
}

function progress(row, name, request) {
  row.className = row.className.replace(/material--\w+/, "material--uploading");
  row.querySelector(".field__error")?.remove();
  const note = row.querySelector("[data-note]");
  note.textContent = `${name} · `;
  const said = document.createElement("span");
  said.dataset.percent = "";
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", name);
  const stop = document.createElement("button");
  stop.type = "button";
  stop.className = "link-button";
  stop.textContent = words.cancel;
  stop.addEventListener("click", () => request.abort());
  note.append(said);
  note.after(bar);
  row.querySelector(".material__acts").replaceChildren(stop);
  step(row, 0);
}

function step(row, part) {
  const percent = Math.round(part * 100);
  const bar = row.querySelector("progress");
  if (!bar) return;
  bar.value = percent;
  row.querySelector("[data-percent]").textContent = words.sending.replace("{percent}", `${percent} %`);
}

function arrived(form, row, request, name) {
  sending.delete(form.dataset.upload);
  if (request.response?.lists) {
    place(request.response);
    const fresh = document.getElementById(row.id);
    if (request.status === 200) {
      document.querySelector(".error-summary")?.remove(); // what is still missing stands below the lists
      announce(words.arrived.replace("{name}", name));
    } else fresh.querySelector(".field__error")?.scrollIntoView({ block: "center" });
    if (request.response.errors.length) announce(request.response.errors.join(" "));
  } else if (request.status === 409) {
    location.reload();
  } else {
    look().then(() => {
      if (request.status || request.readyState !== XMLHttpRequest.UNSENT) {
        fault(document.getElementById(row.id), request.status === 401 || request.status === 403 ? words.signedOut : words.failed);
      }
    });
  }
  freshen();
}

function fault(row, text) {
  row.querySelector(".field__error")?.remove();
  const said = document.createElement("p");
  said.className = "field__error";
  said.textContent = text;
  row.querySelector("[data-note]").after(said);
  announce(text);
}

/** Say it to screen readers too. */
function announce(text) {
  let box = document.querySelector("#upload-said");
  if (!box) {
    box = document.createElement("p");
    box.id = "upload-said";
    box.className = "visually-hidden";
    box.setAttribute("role", "status");
    document.querySelector("main").append(box);
  }
  box.textContent = text;
}

/** Take a file out of its material, or one of the wallet into it, without leaving the page. */
async function take(form) {
  const answer = await fetch(form.action, {
    method: "POST",
    headers: { "X-Requested-With": "fetch", "X-CSRFToken": token() },
    body: new FormData(form),
  }).catch(() => null);
  if (answer?.ok) place(await answer.json());
  else form.submit();
}

if (lists) {
  enhance(lists);
  lists.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-upload]");
    if (form) send(form, event.target);
  });
  lists.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-remove]")) return;
    event.preventDefault();
    take(event.target);
  });
  // On a slow line people choose a file before this script has arrived.
  for (const input of lists.querySelectorAll("form[data-upload] input[type=file]")) {
    if (input.files.length) send(input.form, input);
  }
  if (words.scanning) setTimeout(look, POLL);
} else {
  // Supply after submission: one file at a time, by the form itself, sent as soon as it is chosen.
  enhance(document);
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-upload]");
    if (!form) return;
    carry(form);
    form.requestSubmit();
  });
}

// What is typed beside the points goes along, so that it is still there when the page comes back.
function carry(form) {
  for (const field of document.querySelectorAll("[form=send]")) {
    if (["radio", "checkbox"].includes(field.type) && !field.checked) continue;
    const copy = Object.assign(document.createElement("input"), { type: "hidden", name: field.name, value: field.value });
    form.append(copy);
  }
}
