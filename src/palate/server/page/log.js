// The log of the talk: what was said, and what becomes of an answer while it comes.
import { button, byId, el, narrow, speak, still, withCode } from "/dom.js";
import { waiting } from "/waiting.js";
import { t, tongue, word } from "/words.js";

const log = () => byId("log");
const NEAR = 80; // pixels from the end at which the log still follows it
const LONG = 600, LINES = 10; // letters and lines of what a person said that are shown at once

/** Does something to the log; its end stays in view where it was. */
function follow(change) {
  const box = log();
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
  change();
  if (atEnd) box.scrollTop = box.scrollHeight;
}

/** Brings the end of the log into view. */
export const showEnd = () => { log().scrollTop = log().scrollHeight; };

export function clearLog() {
  log().replaceChildren();
}

/** Returns what an answer's text is made of: paragraphs, and buttons for the cards that it lists. */
function bodyOf(text, cards, open) {
  const made = [];
  let list = null;
  for (const line of text.split("\n")) {
    const card = cards.find((one) => isLineOf(one, line));
    if (card) {
      if (!list) made.push(list = el("ul", { class: "picks" }));
      list.append(el("li", {}, button(line.slice(0, line.length - rest(card, line).length), () => open(card.item))));
    } else if (line.trim()) {
      list = null;
      made.push(el("p", { text: line.trim(), class: /^\s/.test(line) && "in" }));
    }
  }
  return made;
}

/** Tells a line that says no more than its card does: place, title, perhaps the year, the reason. */
function isLineOf(card, line) {
  const start = `${card.rank}. ${card.title}`;
  return line.startsWith(start) && /^(?: \(-?\d+\))?$/.test(line.slice(start.length, line.length - rest(card, line).length));
}

const rest = (card, line) => (card.reason && line.endsWith(` - ${card.reason}`) ? ` - ${card.reason}` : "");

/** Adds a turn that was answered before, and returns it. */
export function addOld(said, reply, lead) {
  const turn = addTurn(said);
  turn.cards(reply.cards);
  turn.finish(reply, lead, { quiet: true });
  return turn;
}

/** Adds what a person said, and a place for the answer; returns what may become of it. */
export function addTurn(said) {
  const mine = mineOf(said);
  const wait = waiting();
  const bubble = el("div", { class: "said theirs waiting" }, wait.list);
  let text = "", cards = [], lead = () => null;
  const show = () => follow(() => {
    wait.end();
    bubble.classList.remove("waiting");
    bubble.lang = tongue(text);
    bubble.replaceChildren(...bodyOf(text, cards, (item) => lead(item)));
  });
  log().append(mine, bubble);
  showEnd();
  return {
    mine,
    think: (what) => { if (!text) follow(() => wait.step(word(what))); },
    cards: (given) => { cards = given; },
    piece: (more) => { text += more; show(); },
    /** Shows the whole answer; `lead` takes a person to the cards of a reply, or to one of them. */
    finish(reply, leading, { quiet = false } = {}) {
      text = reply.text;
      lead = (item) => leading(reply, item);
      show();
      follow(() => log().append(under(reply, () => leading(reply))));
      if (!quiet) speak(text + (reply.cards.length ? ` ${t("here", { count: reply.cards.length })}` : ""));
    },
    /** Keeps what has come, says why no more does, and offers to try again. */
    fail(why, retry, { fault = true } = {}) {
      wait.end();
      bubble.classList.remove("waiting");
      const again = button(t("again"), () => { line.remove(); bubble.remove(); mine.remove(); retry(); });
      const line = el("div", { class: "under broken" }, el("p", { class: fault && "fault", role: "alert" }, ...withCode(why)), again);
      if (!text) bubble.remove();
      follow(() => log().append(line));
    },
    drop() { wait.end(); mine.remove(); bubble.remove(); },
  };
}

/** What a person said; of something long the beginning, and the rest on demand. */
function mineOf(said) {
  const words = el("p", { text: said });
  const mine = el("div", { class: "said mine", lang: tongue(said) }, el("span", { class: "sr", text: `${t("you")} ` }), words);
  if (said.length <= LONG && said.split("\n").length <= LINES) return mine;
  words.classList.add("long");
  const more = button(t("whole"), () => { more.remove(); words.classList.remove("long"); });
  mine.append(more);
  return mine;
}

function under(reply, shelve) {
  const made = reply.made_by === "policy" ? t("madeByRules") : t("madeBy", { name: reply.made_by });
  const spent = reply.usage && reply.usage.calls ? ` · ${cost(reply.usage)}` : "";
  const row = el("div", { class: "under" }, el("span", { text: made + spent }));
  if (reply.cards.length) row.append(button(t("show", { count: reply.cards.length }), shelve));
  return row;
}

/** Returns what a turn cost, in words. */
export function cost(usage) {
  if (!usage || !usage.calls) return t("noCost");
  const tokens = (usage.tokens_in + usage.tokens_out).toLocaleString();
  const paid = usage.usd ? t("price", { tokens, usd: usage.usd.toFixed(4) }) : t("noPrice", { tokens });
  return usage.seconds ? `${paid} · ${t("waited", { seconds: usage.seconds.toFixed(1) })}` : paid;
}

/** Says something in the log that nobody said; returns the line. */
export function note(...inside) {
  const line = el("div", { class: "under noted" }, ...inside);
  follow(() => log().append(line));
  return line;
}

/** Brings the last turn into view, where the page scrolls as one. */
export function showLast(turn) {
  if (narrow()) turn.mine.scrollIntoView({ block: "start", behavior: still() ? "auto" : "smooth" });
}
