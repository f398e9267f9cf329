// Why not another? A title is named, and the service says what keeps it out of this slate.
import { sentence } from "/amounts.js";
import { call, path } from "/calls.js";
import { byId, el, hush, withCode } from "/dom.js";
import { told } from "/faults.js";
import { language, t } from "/words.js";

let asked = null;

/** Opens the dialog beside a card. */
export function askWhyNot(card, slate) {
  asked = slate;
  hush();
  byId("why-not-title").textContent = t("whyNotTitle", { title: card.title });
  byId("why-not-body").replaceChildren();
  byId("expected").value = "";
  byId("why-not").showModal();
}

/** Wires the dialog. */
export function startWhyNot() {
  let timer;
  byId("expected").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(suggest, 200);
  });
  byId("why-not-form").addEventListener("submit", (event) => { event.preventDefault(); answer(); });
}

async function suggest() {
  const words = byId("expected").value.trim();
  if (words.length < 2) return;
  const found = await titled(words).catch(() => []);
  byId("titles").replaceChildren(...found.map((one) => el("option", { value: one.title })));
}

const titled = async (words) => (await call("GET", `/v1/items?limit=8&q=${encodeURIComponent(words)}`)).data;

async function answer() {
  const body = byId("why-not-body");
  body.replaceChildren(el("p", { class: "muted", text: t("looking") }));
  try {
    body.replaceChildren(...await linesOf(byId("expected").value.trim()));
  } catch (error) {
    const gone = error.kind === "not-found";
    body.replaceChildren(el("p", { class: "fault" }, ...withCode(gone ? t("notKept") : told(error))));
  }
}

/** The reasons in words, and all numbers behind them on demand. */
async function linesOf(wanted) {
  const found = await titled(wanted);
  const item = found.find((one) => one.title.toLowerCase() === wanted.toLowerCase()) || found[0];
  if (!item) return [el("p", { text: t("noSuchTitle") })];
  const given = new URLSearchParams({ item: item.id, language: language() });
  const reply = await call("GET", `/v1/recommendations/${path(asked.recommendation)}/why-not?${given}`);
  return [el("h3", { text: reply.title, dir: "auto" }), ...reply.said.map((line) => el("p", { text: line })),
    el("details", {}, el("summary", { text: t("numbers") }), ...reply.lines.flatMap(sentence))];
}
