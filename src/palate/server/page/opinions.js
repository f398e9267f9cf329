// Like, not for me, seen it: told at a press, taken back at the next.
import { call } from "/calls.js";
import { button, el, say } from "/dom.js";
import { newest } from "/doings.js";
import { told } from "/faults.js";
import { who } from "/state.js";
import { t } from "/words.js";

const ACTS = { like: "toldLike", dismiss: "toldDismiss", view: "toldView" };
/** How a stranger, of whom nothing is kept, says it in the talk. */
const SAID = { like: "sayLike", dismiss: "sayDismiss", view: "sayView" };
const AGAINST = { like: "dismiss", dismiss: "like" };
/** What was told of which card: a set of "recommendation item action". */
const given = new Set();
let count = 0;

const key = (slate, card, action) => JSON.stringify([slate.recommendation, card.item, action]);

/** Learns what a person told earlier, for cards that are shown again. */
export async function restore(person) {
  given.clear();
  for (const one of person ? await newest(person).catch(() => []) : [])
    if (one.recommendation && one.action in ACTS) given.add(key(one, one, one.action));
}

/** Returns the row of buttons below a card; `more` stands at its end. */
export function actsOf(card, slate, more) {
  const buttons = new Map();
  for (const action of Object.keys(ACTS)) {
    const one = button(t(action), () => press(action), {
      "data-action": action, "aria-pressed": String(given.has(key(slate, card, action))) });
    buttons.set(action, one);
  }

  async function press(action) {
    if (!who()) return sayIt(card, action);
    const one = buttons.get(action);
    if (one.getAttribute("aria-disabled") === "true") return;
    one.setAttribute("aria-disabled", "true");
    try {
      await turnOver(action);
    } catch (error) {
      say(told(error), { fault: true });
    } finally {
      one.removeAttribute("aria-disabled");
    }
  }

  async function turnOver(action) {
    const was = given.has(key(slate, card, action));
    const against = AGAINST[action];
    if (was) await takeBack(card, slate, action);
    else {
      if (against && given.has(key(slate, card, against))) await takeBack(card, slate, against);
      await tell(card, slate, action);
    }
    for (const [name, one] of buttons) one.setAttribute("aria-pressed", String(given.has(key(slate, card, name))));
    say(t(was ? "takenBack" : ACTS[action]));
  }

  return el("div", { class: "acts", role: "group", "aria-label": t("opinionOf", { title: card.title }) }, ...buttons.values(), more);
}

/** What a stranger thinks counts for this talk: it is a turn of it. */
function sayIt(card, action) {
  document.dispatchEvent(new CustomEvent("say-it", { detail: t(SAID[action], { title: card.title }) }));
}

async function tell(card, slate, action) {
  const event = { user: who(), item: card.item, action, recommendation: slate.recommendation || undefined,
    key: `page-${Date.now()}-${count++}-${Math.random().toString(36).slice(2)}` };
  await call("POST", "/v1/feedback", { events: [event] });
  given.add(key(slate, card, action));
}

async function takeBack(card, slate, action) {
  const mine = (one) => one.item === card.item && one.action === action && one.recommendation === slate.recommendation;
  const ids = (await newest(who())).filter(mine).map((one) => one.id);
  if (ids.length) await call("POST", "/v1/events/delete", { ids });
  given.delete(key(slate, card, action));
}
