// What a person did, newest first, to be forgotten one by one.
import { call, path } from "/calls.js";
import { button, el } from "/dom.js";
import { t, word } from "/words.js";

const SHOWN = 20;

/** The newest things that a person did: lists go from the oldest on, so all pages are read. */
export async function newest(who) {
  let rows = [], cursor = "0";
  while (cursor !== null) {
    const page = await call("GET", `/v1/events?limit=500&cursor=${cursor}&user=${encodeURIComponent(who)}`);
    rows = rows.concat(page.data);
    cursor = page.next;
  }
  return rows.reverse();
}

/** Returns the part of the profile; `change` does something and shows the profile anew. */
export async function doingsOf(did, titles, change) {
  const list = el("ul", { class: "rows", id: "doings" });
  const more = button("", () => show(list.children.length + SHOWN), { class: "quiet" });
  async function show(count) {
    const rows = did.slice(list.children.length, count);
    await learn(rows, titles);
    list.append(...rows.map((one) => rowOf(one, titles, change)));
    more.hidden = list.children.length >= did.length;
    more.textContent = t("more", { count: Math.min(SHOWN, did.length - list.children.length) });
  }
  await show(Math.max(SHOWN, document.getElementById("doings")?.children.length ?? 0));
  const none = did.length ? [] : [el("p", { class: "muted", text: t("nothingDone") })];
  return [el("h3", { text: t("did") }), list, more, ...none];
}

function rowOf(one, titles, change) {
  const title = titles.get(one.item) || one.item;
  const what = one.value === null ? word(one.action) : `${word(one.action)} ${one.value}`;
  return el("li", {}, el("span", { dir: "auto" }, el("span", { text: title }), el("span", { class: "muted", text: ` · ${what}` })),
    button(t("forget"), () => change(t("forgotten"), () => call("POST", "/v1/events/delete", { ids: [one.id] })), {
      class: "quiet", "aria-label": t("forgetIt", { what, title }) }));
}

/** Looks up titles that the profile does not bring along; an item that is gone keeps its id. */
async function learn(rows, titles) {
  const missing = [...new Set(rows.map((one) => one.item).filter((item) => !titles.has(item)))];
  await Promise.all(missing.map(async (item) => {
    const found = await call("GET", `/v1/items/${path(item)}`).catch(() => null);
    titles.set(item, found ? found.title : item);
  }));
}
