// How a slate was made: which ranker and model, from how much knowledge, how fast, at what cost.
import { call, path } from "/calls.js";
import { byId, el } from "/dom.js";
import { cost } from "/log.js";
import { t, word } from "/words.js";

let asked = null;

export function clearHow() {
  asked = null;
  byId("how").replaceChildren();
  byId("remarks").replaceChildren();
}

/** Shows it; where the trace is not kept (privacy.keep_traces = 0), only the cost is known. */
export async function showHow(slate) {
  if (!slate.recommendation) return clearHow();
  const mine = asked = slate;
  const found = await call("GET", `/v1/recommendations/${path(slate.recommendation)}`).catch(() => null);
  if (asked !== mine) return;
  const made = found && found.slate;
  byId("how").replaceChildren(...rows(made, slate).map(([name, value]) =>
    el("div", {}, el("dt", { text: t(name) }), el("dd", { text: value }))));
  byId("remarks").replaceChildren(...(made ? made.remarks : []).map((line) => el("p", { text: line })));
}

function rows(made, slate) {
  const spent = slate.usage ? [["cost", cost(slate.usage)]] : [];
  if (!made) return spent;
  return [["rankedBy", rankedBy(made)], ["knownFrom", word(made.start)], ["took", took(made.seconds)], ...spent];
}

function rankedBy(made) {
  const prior = t(made.fitted ? "prior" : "priorFixed");
  if (made.ranked_by === "prior") return prior;
  const model = made.ranker ? t("modelHow", { name: made.model, how: made.ranker }) : t("model", { name: made.model });
  return made.ranked_by === "fused" ? t("fused", { model, prior, weight: +made.weight.toFixed(2) }) : model;
}

const took = (seconds) =>
  seconds < 1 ? t("milliseconds", { ms: Math.max(1, Math.round(seconds * 1000)) }) : t("seconds", { seconds: seconds.toFixed(1) });
