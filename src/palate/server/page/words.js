// What the page says, in the language of the talk.
import { CHINESE } from "/chinese.js";
import { ENGLISH } from "/english.js";

const TABLES = { en: ENGLISH, zh: CHINESE };
const CHINESE_LETTERS = /[\u3400-\u9fff]/;
let now = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";

export const language = () => now;

/** Returns a sentence by its name. */
export function t(name, given = {}) {
  return TABLES[now][name].replace(/\{(\w+)\}/g, (_, key) => given[key]);
}

/** Returns the page's word for one of the service's, or that word itself. */
export const word = (name) => TABLES[now].words[name] ?? name;

/** Returns the page's word for a genre of the catalogue, or that genre itself. */
export const genre = (tag) => TABLES[now].genres[tag.toLowerCase()] ?? tag;

/** Returns a fact as it is said in the language of the page. */
export const fact = (value) => String(value).replace(/^(\d+) min$/, (_, count) => t("minutes", { count }));

/** Has the page speak the language of what was said; words without letters change nothing. */
export function follow(said) {
  const next = CHINESE_LETTERS.test(said) ? "zh" : /[a-z]{2}/i.test(said) ? "en" : now;
  if (next === now) return;
  now = next;
  relabel();
}

/** Returns the language of a text, for whoever reads it aloud. */
export const tongue = (text) => (CHINESE_LETTERS.test(text) ? "zh" : "en");

/** Puts the words of the language into everything that index.html holds. */
export function relabel() {
  document.documentElement.lang = now;
  for (const one of document.querySelectorAll("[data-t]")) one.textContent = t(one.dataset.t);
  for (const one of document.querySelectorAll("[data-t-label]")) one.setAttribute("aria-label", t(one.dataset.tLabel));
  for (const one of document.querySelectorAll("[data-t-placeholder]")) one.placeholder = t(one.dataset.tPlaceholder);
  document.dispatchEvent(new CustomEvent("relabelled"));
}
