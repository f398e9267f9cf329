// What one might ask for: made of the catalogue's own words.
import { call } from "/calls.js";
import { button, byId, el } from "/dom.js";
import { genre, language, t } from "/words.js";

const READ = 60;

/** Shows them; `ask` is what a press does. */
export async function showHints(ask) {
  const found = await call("GET", `/v1/items?limit=${READ}`).catch(() => ({ data: [] }));
  const show = () => byId("hints").replaceChildren(...hintsOf(found.data).map((text) =>
    el("li", {}, button(text, () => ask(text)))));
  show();
  document.addEventListener("relabelled", show);
}

function hintsOf(items) {
  const tags = commonest(items.flatMap((one) => one.tags || [])).filter((tag) => tag.length < 24);
  const decades = commonest(items.map((one) => one.fields.year).filter((year) => year > 1900).map((year) => Math.floor(year / 10) * 10));
  const title = items.map((one) => one.title).find((one) => one.length > 2 && one.length < 30 && !/[<>()[\]"]/.test(one));
  const hints = [t("hintAny")];
  if (tags.length > 1) hints.push(t("hintTag", { tag: genre(tags[0]), other: genre(tags[1]) }));
  if (decades.length) hints.push(t("hintDecade", { decade: language() === "zh" ? decades[0] % 100 || decades[0] : decades[0] }));
  if (title) hints.push(t("hintLike", { title }));
  return hints;
}

function commonest(values) {
  const counts = new Map();
  for (const one of values) counts.set(one, (counts.get(one) || 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([one]) => one);
}
