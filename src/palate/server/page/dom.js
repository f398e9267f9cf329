// Elements that are made of text, and what is said in passing.

export const byId = (id) => document.getElementById(id);

/** Marks that turn the direction of whatever follows, and characters that are no text. */
const STEERING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Text from a catalogue, a person or a model, without what would steer the text around it. */
export const plain = (text) => String(text).replace(STEERING, " ");

/** Makes an element. Text becomes a text node, whatever it holds: nothing is ever parsed as markup. */
export function el(name, given = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "text") made.textContent = plain(value);
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : plain(value));
  }
  made.append(...inside.filter((one) => one !== null && one !== undefined));
  return made;
}

/** Text of the page's own, in which a command stands between backticks. */
export const withCode = (text) => plain(text).split("`").map((part, n) => (n % 2 ? el("code", { text: part }) : part));

/** A button that does something. */
export const button = (text, onclick, given = {}) => el("button", { type: "button", text, onclick, ...given });

let timer;

/** Says something for a moment, also to a screen reader: in the dialog that is open, if one is. */
export function say(text, { fault = false } = {}) {
  const open = document.querySelector("dialog[open] .told");
  const line = open || byId("status");
  line.replaceChildren(...withCode(text));
  line.classList.toggle("fault", fault);
  line.classList.add("on");
  clearTimeout(timer);
  timer = setTimeout(() => line.classList.remove("on"), fault ? 10000 : 4000);
}

/** Takes away what was said in passing: it is of something that is over. */
export function hush() {
  for (const line of document.querySelectorAll(".toast, .told")) line.classList.remove("on");
}

/** Tells a screen reader what is seen anyway. */
export function speak(text) {
  byId("spoken").textContent = plain(text);
}

export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
export const narrow = () => matchMedia("(max-width: 860px)").matches;
