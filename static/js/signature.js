// A field to sign by hand with pen, finger or mouse. The strokes go into a hidden field as SVG path data, in a space of
// 600 by 200. The typed name signs as well, so nothing is lost without this.

const WIDTH = 600;
const HEIGHT = 200;
const LIMIT = 55_000;

class Pad {
  constructor(box) {
    this.svg = box.querySelector("svg");
    this.path = box.querySelector("path");
    this.field = document.getElementById(box.dataset.signature);
    this.path.setAttribute("d", this.field.value);
    box.hidden = false;
    box.querySelector("[data-clear]").addEventListener("click", () => this.write(""));
    this.svg.addEventListener("pointerdown", (event) => this.begin(event));
    this.svg.addEventListener("pointermove", (event) => this.draw(event));
    for (const end of ["pointerup", "pointercancel"]) this.svg.addEventListener(end, () => (this.pen = undefined));
  }

  at(event) {
    const box = this.svg.getBoundingClientRect();
    const x = Math.min(Math.max(((event.clientX - box.left) / box.width) * WIDTH, 0), WIDTH);
    const y = Math.min(Math.max(((event.clientY - box.top) / box.height) * HEIGHT, 0), HEIGHT);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  }

  begin(event) {
    event.preventDefault();
    this.svg.setPointerCapture(event.pointerId);
    this.pen = event.pointerId;
    const at = this.at(event);
    this.write(`${this.field.value}M${at}L${at}`);
  }

  draw(event) {
    if (this.pen !== event.pointerId || this.field.value.length > LIMIT) return;
    const points = event.getCoalescedEvents?.() ?? [event];
    this.write(this.field.value + points.filter((_, n) => n % 2 === 0).map((point) => `L${this.at(point)}`).join(""));
  }

  write(strokes) {
    this.field.value = strokes;
    this.path.setAttribute("d", strokes);
  }
}

for (const box of document.querySelectorAll("[data-signature]")) new Pad(box);
