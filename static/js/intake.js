// Questions that the guide asks only in some situations are shown only then.

import { showAsked } from "./autosave.js";

const form = document.querySelector("#intake");
form.addEventListener("change", () => showAsked(form));
showAsked(form);
