// Saves a form while somebody types: on leaving a field, and every 10 seconds of typing. What could not be saved stays
// in the page and in this tab's memory, and is saved as soon as it can be.

const EVERY = 10_000;
const RETRY = 5_000;

export const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";

/** Put the present CSRF token into all forms: a sign-in in another tab has changed it. */
export function freshen() {
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) if (token()) field.value = token();
}

/** Fields that the guide asks only in some situations are shown only then. */
export function showAsked(form) {
  const given = (name) => new FormData(form).getAll(name);
  for (const control of form.querySelectorAll("[data-when]")) {
    const wanted = control.dataset.in.split(" ");
    const asks = form.querySelector(`[name="${CSS.escape(control.dataset.when)}"]`);
    const group = asks?.closest(".field");
    control.closest(".field").hidden = Boolean(group?.hidden) || !given(control.dataset.when).some((one) => wanted.includes(one));
  }
}

class Autosave {
  constructor(form) {
    this.form = form;
    this.key = `draft:${form.dataset.keep}`;
    this.saved = this.text();
    this.restore();
    form.addEventListener("input", () => this.wait());
    form.addEventListener("change", () => showAsked(form));
    form.addEventListener("focusout", () => this.save());
    form.addEventListener("submit", () => this.leave());
    document.addEventListener("visibilitychange", () => document.hidden || this.failed === undefined || this.save(true));
    window.addEventListener("online", () => this.save(true));
    showAsked(form);
  }

  values() {
    const found = {};
    for (const [name, value] of new FormData(this.form)) {
      if (name === "csrfmiddlewaretoken") continue;
      const many = this.form.querySelectorAll(`[type=checkbox][name="${CSS.escape(name)}"]`).length;
      if (many) (found[name] ??= []).push(value);
      else found[name] = value;
    }
    for (const box of this.form.querySelectorAll("[type=checkbox]")) found[box.name] ??= [];
    return found;
  }

  text() {
    return JSON.stringify(this.values());
  }

  wait() {
    this.timer ??= setTimeout(() => this.save(), EVERY);
  }

  async save(again = false) {
    clearTimeout(this.timer);
    this.timer = undefined;
    const text = this.text();
    if (this.busy || (text === this.saved && !again)) return;
    this.busy = true;
    sessionStorage.setItem(this.key, text);
    try {
      const answer = await fetch(this.form.dataset.autosave, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token(), "X-Requested-With": "fetch" },
        body: text,
      });
      if (answer.ok) this.done(text, (await answer.json()).saved);
      else await this.fail(answer);
    } catch {
      this.say(this.form.dataset.failed, true);
      this.later();
    }
    this.busy = false;
  }

  done(text, words) {
    this.saved = text;
    this.failed = undefined;
    sessionStorage.removeItem(this.key);
    freshen();
    this.say(words, false);
    if (this.text() !== text) this.wait();
  }

  async fail(answer) {
    this.failed = answer.status;
    if (answer.status === 409) return this.say((await answer.json()).error, true);
    this.say([401, 403].includes(answer.status) ? this.form.dataset.signedOut : this.form.dataset.failed, true);
    this.later();
  }

  later() {
    this.failed ??= 0;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(true), RETRY);
  }

  say(words, isBad) {
    for (const place of document.querySelectorAll("[data-save-state]")) {
      place.classList.toggle("ok", !isBad);
      place.classList.toggle("seal", isBad);
      place.lastElementChild.textContent = words;
    }
  }

  /** The form goes to the server with all it holds. Were it turned away at the door, this tab still has the text. */
  leave() {
    clearTimeout(this.timer);
    freshen();
    if (this.text() !== this.saved) sessionStorage.setItem(this.key, this.text());
  }

  restore() {
    const kept = sessionStorage.getItem(this.key);
    sessionStorage.removeItem(this.key);
    if (!kept || kept === this.saved || document.querySelector(".error-summary")) return;
    for (const [name, value] of Object.entries(JSON.parse(kept))) this.put(name, value);
    this.say(this.form.dataset.restored, false);
    this.save(true);
  }

  put(name, value) {
    for (const field of this.form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (field.type === "checkbox") field.checked = value.includes(field.value);
      else if (field.type === "radio") field.checked = field.value === value;
      else if (field.type !== "hidden") field.value = value;
    }
  }
}

/** A later step was reached, so what this tab remembers of other steps has arrived at the server. */
function forgetOthers() {
  const draft = document.querySelector("[data-draft]")?.dataset.draft;
  const here = document.querySelector("form[data-keep]")?.dataset.keep;
  for (const key of Object.keys(sessionStorage)) {
    if (draft && key.startsWith(`draft:${draft}:`) && key !== `draft:${here}`) sessionStorage.removeItem(key);
  }
}

forgetOthers();
document.addEventListener("submit", freshen, { capture: true });
for (const form of document.querySelectorAll("form[data-autosave]")) new Autosave(form);
