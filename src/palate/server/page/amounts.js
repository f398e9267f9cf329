// Lists such as "answers heist +6.0; popularity -0.1": the words, and the amounts in a column.
import { el } from "/dom.js";

const AMOUNT = /^(.*\S)\s+([+-]\d+(?:\.\d+)?)$/;

/** Returns a list of lines, each with its amount set apart where it ends in one. */
export function amounts(lines) {
  return el("ul", { class: "amounts" }, ...lines.map((line) => {
    const [, text, amount] = AMOUNT.exec(line) || [null, line, ""];
    const sign = amount.startsWith("-") ? "minus" : "plus";
    return el("li", {}, el("span", { text }), amount && el("b", { class: sign, text: amount.replace("-", "−") }));
  }));
}

/** Returns a sentence; one that ends in a row of amounts becomes its beginning and a list. */
export function sentence(line) {
  const start = line.indexOf(": ") + 2;
  const parts = line.slice(start).replace(/\.$/, "").split("; ");
  if (start < 2 || parts.length < 2 || !parts.every((part) => AMOUNT.test(part))) return [el("p", { text: line })];
  return [el("p", { text: line.slice(0, start - 1) }), amounts(parts)];
}
