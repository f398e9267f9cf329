// Cards: what is recommended, and why.
import { amounts } from "/amounts.js";
import { button, byId, el, narrow, still } from "/dom.js";
import { clearHow, showHow } from "/how.js";
import { actsOf } from "/opinions.js";
import { askWhyNot } from "/whynot.js";
import { fact, t, tongue, word } from "/words.js";

const SKELETONS = 4;
let shown = null;

/** Shows a slate; one that is there already stays as it is, with what was opened in it. */
export function showCards(slate) {
  const same = shown !== null && shown.recommendation === slate.recommendation;
  shown = slate;
  byId("shelf").classList.remove("old");
  if (!same || !document.querySelector(".card:not(.bones)")) {
    byId("cards").replaceChildren(...slate.cards.map((card) => cardOf(card, slate)));
    byId("shelf").scrollTop = 0;
  }
  showHow(slate);
}

/** Shows a slate that was asked for again, and leads to its beginning or to one of its cards. */
export function leadTo(slate, item = slate.cards[0].item) {
  if (!cardFor(item) || shown.recommendation !== slate.recommendation) showCards(slate);
  const card = cardFor(item);
  if (!card) return;
  const at = item === slate.cards[0].item && narrow() ? byId("shelf") : card;
  at.scrollIntoView({ block: at === card ? "nearest" : "start", behavior: still() ? "auto" : "smooth" });
  card.focus({ preventScroll: true });
}

const cardFor = (item) => document.querySelector(`[data-item="${CSS.escape(item)}"]`);

/** Takes the cards away; with `keep`, those that stood there before the question come back. */
export function clearCards({ keep = false } = {}) {
  byId("shelf").classList.remove("old");
  if (keep && shown) return;
  shown = null;
  byId("cards").replaceChildren();
  clearHow();
}

/** Shows that the cards are of the question before. */
export function dim() {
  if (shown) byId("shelf").classList.add("old");
}

/** Keeps a place for the first cards of a talk. */
export function showSkeleton() {
  if (shown) return;
  byId("cards").replaceChildren(...Array.from({ length: SKELETONS }, () => el("li", { class: "card bones", "aria-hidden": "true" })));
}

function cardOf(card, slate) {
  return el("li", { class: "card", "data-item": card.item, tabindex: "-1", "aria-label": `${card.rank}. ${card.title}` },
    el("div", { class: "card-head" },
      el("span", { class: "rank", "aria-hidden": "true", text: String(card.rank) }), el("h3", { text: card.title, dir: "auto" })),
    factsOf(card),
    card.reason ? el("p", { class: "reason", text: card.reason, lang: tongue(card.reason) }) : null,
    evidenceOf(card),
    actsOf(card, slate, whyNotButton(card, slate)));
}

function factsOf(card) {
  const told = card.facts.filter(([, value]) => String(value).trim());
  if (!told.length) return null;
  return el("dl", { class: "facts" }, ...told.map(([name, value]) =>
    el("div", {}, el("dt", { text: word(name) }), el("dd", { text: fact(value), dir: "auto" }))));
}

function evidenceOf(card) {
  if (!card.evidence.length) return null;
  return el("details", {},
    el("summary", { text: t("evidence"), "aria-label": t("evidenceOf", { title: card.title }) }),
    amounts(card.evidence), el("p", { class: "muted", text: t("evidenceNote") }));
}

function whyNotButton(card, slate) {
  return button(t("whyNot"), () => askWhyNot(card, slate), { "aria-label": t("whyNotOf", { title: card.title }) });
}
