// Cards: what is recommended, why, and what one thinks of it.
import { byId, call, el, path, say } from "/page.js";

const ACTS = [
  ["like", "Like", "Noted: you like it."],
  ["dismiss", "Not for me", "Noted: it will not be shown again."],
  ["view", "Seen it", "Noted: you know it."],
];

/** Shows a slate. `who` is the person, or null: a stranger's opinion has nowhere to go. */
export function showCards(slate, who) {
  const list = byId("cards");
  list.replaceChildren(...slate.cards.map((card) => cardOf(card, slate, who)));
  byId("empty").hidden = slate.cards.length > 0;
  byId("how").textContent = "";
  if (slate.recommendation) showHow(slate);
}

async function showHow(slate) {
  try {
    const trace = await call("GET", `/v1/recommendations/${path(slate.recommendation)}`);
    byId("how").textContent = [trace.slate.how, cost(slate)].filter(Boolean).join(" · ");
  } catch {
    byId("how").textContent = cost(slate); // the trace is not kept: privacy.keep_traces = 0
  }
}

/** What a reply cost, in words. */
export function cost(slate) {
  const usage = slate.usage;
  if (!usage || !usage.calls) return "no model asked, no cost";
  const tokens = `${usage.tokens_in + usage.tokens_out} tokens`;
  return usage.usd ? `${tokens}, $${usage.usd.toFixed(4)}` : tokens;
}

function cardOf(card, slate, who) {
  const title = el("h2", { text: card.title });
  return el("li", { class: "card", "data-item": card.item },
    el("div", { class: "card-head" }, el("span", { class: "rank", text: String(card.rank) }), title),
    factsOf(card),
    el("p", { class: "reason", text: card.reason }),
    evidenceOf(card),
    actsOf(card, slate, who));
}

function factsOf(card) {
  if (!card.facts.length) return null;
  return el("dl", { class: "facts" }, ...card.facts.map(([name, value]) =>
    el("div", {}, el("dt", { text: name }), el("dd", { text: value }))));
}

function evidenceOf(card) {
  if (!card.evidence.length) return null;
  return el("details", {},
    el("summary", { text: "Evidence", "aria-label": `Evidence for ${card.title}` }),
    el("ul", {}, ...card.evidence.map((line) => el("li", { text: line }))));
}

function actsOf(card, slate, who) {
  const row = el("div", { class: "acts", role: "group", "aria-label": `What you think of ${card.title}` });
  for (const [action, label, told] of ACTS) {
    const button = el("button", { type: "button", text: label, "aria-pressed": "false", "data-action": action });
    button.addEventListener("click", () => tell(button, card, slate, who(), action, told));
    row.append(button);
  }
  row.append(el("button", {
    type: "button", text: "Why not …?", "aria-label": `Why ${card.title}, and not another?`,
    onclick: () => askWhyNot(card, slate),
  }));
  return row;
}

async function tell(button, card, slate, who, action, told) {
  if (button.getAttribute("aria-pressed") === "true") return;
  if (!who) {
    say("Say whom this is for first: the field at the top.");
    byId("who").focus();
    return;
  }
  button.disabled = true;
  try {
    await call("POST", "/v1/feedback", { events: [{
      user: who, item: card.item, action, recommendation: slate.recommendation || undefined,
      key: `page-${slate.recommendation}-${who}-${card.item}-${action}`,
    }] });
    button.setAttribute("aria-pressed", "true");
    say(told);
  } catch (error) {
    say(error.message);
  } finally {
    button.disabled = false;
  }
}

// ---------------------------------------------------------------- why not another?

let asked = null;

function askWhyNot(card, slate) {
  asked = { card, slate };
  byId("why-not-title").textContent = `Why ${card.title}, and not …?`;
  byId("why-not-body").replaceChildren();
  byId("why-not-title-input").value = "";
  byId("why-not").showModal();
}

async function suggestions(words) {
  const found = await call("GET", `/v1/items?limit=8&q=${encodeURIComponent(words)}`);
  return found.data;
}

/** Wires the dialog. */
export function startWhyNot() {
  const input = byId("why-not-title-input");
  let timer;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      if (input.value.trim().length < 2) return;
      const found = await suggestions(input.value).catch(() => []);
      byId("titles").replaceChildren(...found.map((one) => el("option", { value: one.title })));
    }, 200);
  });
  byId("why-not-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = byId("why-not-body");
    try {
      const found = await suggestions(input.value);
      const wanted = input.value.trim().toLowerCase();
      const item = found.find((one) => one.title.toLowerCase() === wanted) || found[0];
      if (!item) {
        body.replaceChildren(el("p", { text: "Nothing in the catalogue goes by that name." }));
        return;
      }
      const id = path(asked.slate.recommendation);
      const told = await call("GET", `/v1/recommendations/${id}/why-not?item=${encodeURIComponent(item.id)}`);
      body.replaceChildren(
        el("h3", { text: told.title }), ...told.lines.map((line) => el("p", { text: line })));
    } catch (error) {
      body.replaceChildren(el("p", { class: "fault", text: error.message }));
    }
  });
}
