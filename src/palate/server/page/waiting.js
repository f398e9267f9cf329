// What is shown until the first word of an answer: each step, and for how long it has been waited.
import { el } from "/dom.js";
import { t } from "/words.js";

const PATIENCE = 2; // seconds after which the waiting is counted

const stepOf = (text) => el("li", {}, el("span", { text }));

/** Returns a list of steps that grows, with the seconds since it began beside the last one. */
export function waiting() {
  const began = performance.now();
  const seconds = el("span", { class: "seconds" });
  const list = el("ul", { class: "steps" }, stepOf(t("thinking")));
  const ticking = setInterval(() => {
    const passed = Math.floor((performance.now() - began) / 1000);
    if (passed < PATIENCE) return;
    seconds.textContent = t("seconds", { seconds: passed });
    list.lastElementChild.append(seconds);
  }, 1000);
  let first = true;
  return {
    list,
    /** Adds what is done now; the first one takes the place of the mere beginning. */
    step(text) {
      if (list.lastElementChild.firstChild.textContent === text) return;
      const now = stepOf(text);
      if (seconds.textContent) now.append(seconds);
      if (first) list.replaceChildren(now);
      else list.append(now);
      first = false;
    },
    end() { clearInterval(ticking); },
  };
}
