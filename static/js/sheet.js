// The score sheet: saves what an expert enters as it is entered, adds the points up, and says how far it is in words.
// What could not be saved stays in the page and in this tab's memory, and is saved as soon as it can be.

import { freshen, token } from "./autosave.js";

const PAUSE = 1_200;
const RETRY = 5_000;
const LONGEST = 10_000;
const STEP = 0.5;

class Sheet {
  constructor(form) {
    this.form = form;
    this.key = `sheet:${form.dataset.sheet}`;
    this.state = document.querySelector("[data-save-state]");
    this.total = document.querySelector("[data-total]");
    this.saved = this.text();
    for (const button of form.querySelectorAll("[data-step]")) {
      button.hidden = false;
      button.addEventListener("click", () => this.step(button));
    }
    form.addEventListener("input", () => this.changed());
    form.addEventListener("focusout", () => this.save());
    form.addEventListener("submit", (event) => this.leave(event));
    document.addEventListener("visibilitychange", () => document.hidden && this.save());
    window.addEventListener("online", () => this.save());
    this.restore();
    this.count();
    this.add();
  }

  values() {
    const data = new FormData(this.form);
    data.delete("csrfmiddlewaretoken");
    data.delete("version");
    return data;
  }

  text() {
    return JSON.stringify([...this.values()]);
  }

  points() {
    return [...this.form.querySelectorAll("input[data-max]")];
  }

  step(button) {
    const input = button.parentElement.querySelector("input");
    const now = Number.parseFloat(input.value) || 0;
    const next = Math.min(Math.max(now + Number(button.dataset.step), 0), Number(input.dataset.max));
    input.value = String(Math.round(next / STEP) * STEP);
    this.changed();
  }

  changed() {
    this.count();
    this.add();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  /** The total of what is in the fields, where all of it are points; the server's word counts. */
  add() {
    const given = this.points().map((input) => {
      const text = input.value.trim().replace(",", ".");
      return /^\d+(\.\d)?$/.test(text) && Number(text) <= Number(input.dataset.max) ? Number(text) : Number.NaN;
    });
    const known = given.filter((points) => !Number.isNaN(points));
    this.total.textContent = known.length ? known.reduce((sum, points) => sum + points, 0).toFixed(1) : "—";
  }

  count() {
    const place = this.form.querySelector("[data-count]");
    const length = this.form.elements.comment.value.replace(/\s/g, "").length;
    place.hidden = false;
    place.textContent = `${length} / ${this.form.dataset.least}`;
    place.classList.toggle("ok", length >= Number(this.form.dataset.least));
  }

  async save() {
    clearTimeout(this.timer);
    const text = this.text();
    if (this.busy || this.stopped || text === this.saved) return;
    this.busy = true;
    sessionStorage.setItem(this.key, text);
    this.say(this.form.dataset.saving, "");
    const body = new FormData(this.form);
    try {
      const answer = await fetch(this.form.action, { method: "POST", headers: { "X-CSRFToken": token(), "X-Requested-With": "fetch" }, body, signal: AbortSignal.timeout(LONGEST) });
      if (answer.ok) this.done(text, await answer.json());
      else await this.fail(answer);
    } catch {
      this.say(this.form.dataset.failed, "seal");
      this.later();
    }
    this.busy = false;
    if (this.waiting) return this.form.requestSubmit(this.waiting.submitter);
    if (this.saved === text && this.text() !== text) this.changed();
  }

  done(text, answer) {
    this.saved = text;
    this.form.elements.version.value = answer.version;
    sessionStorage.removeItem(this.key);
    freshen();
    for (const input of this.points()) this.mark(input, input.name.slice("points-".length), answer.faults);
    this.mark(this.form.elements.comment, "comment", answer.faults);
    this.say(answer.saved, Object.keys(answer.faults).length ? "seal" : "ok");
  }

  mark(field, key, faults) {
    const place = document.getElementById(`error-${key}`);
    place.hidden = !faults[key];
    place.textContent = faults[key] ?? "";
    field.closest(".field").classList.toggle("field--error", Boolean(faults[key]));
    if (faults[key]) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }

  async fail(answer) {
    if (answer.status === 409) {
      this.stopped = true;
      return this.say((await answer.json()).error, "seal");
    }
    this.say([401, 403].includes(answer.status) ? this.form.dataset.signedOut : this.form.dataset.failed, "seal");
    this.later();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), RETRY);
  }

  say(words, tone) {
    this.state.classList.toggle("ok", tone === "ok");
    this.state.classList.toggle("seal", tone === "seal");
    this.state.textContent = words;
  }

  /**
   * The form goes to the server with all it holds. Were it turned away at the door, this tab still has the text. A
   * press of the button begins with leaving a field, hence with a save: the form follows when that one is through,
   * else the sheet would look as if it had been saved in another window.
   */
  leave(event) {
    clearTimeout(this.timer);
    this.stopped = true;
    if (this.busy) {
      event.preventDefault();
      this.waiting = { submitter: event.submitter };
      return;
    }
    freshen();
    if (this.text() !== this.saved) sessionStorage.setItem(this.key, this.text());
  }

  restore() {
    const kept = sessionStorage.getItem(this.key);
    sessionStorage.removeItem(this.key);
    if (!kept || kept === this.saved || document.querySelector(".error-summary")) return;
    for (const box of this.form.querySelectorAll("[type=checkbox]")) box.checked = false;
    for (const [name, value] of JSON.parse(kept)) {
      const field = this.form.elements[name];
      if (field?.type === "checkbox") field.checked = true;
      else if (field) field.value = value;
    }
    this.say(this.form.dataset.restored, "ok");
    this.save();
  }
}

for (const form of document.querySelectorAll("form[data-sheet]")) new Sheet(form);
