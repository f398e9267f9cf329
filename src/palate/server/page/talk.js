// The talk: a question goes out, its answer streams in.
import { call, events, Fault, path, send } from "/calls.js";
import { clearCards, dim, leadTo, showCards, showSkeleton } from "/cards.js";
import { showChips } from "/chips.js";
import { button, byId, el, hush, narrow, say, speak } from "/dom.js";
import { told } from "/faults.js";
import { addOld, addTurn, clearLog, note, showEnd, showLast } from "/log.js";
import { restore } from "/opinions.js";
import { earlier, enter, keepDraft, state, who } from "/state.js";
import { follow, t } from "/words.js";

/** Asks, unless an answer is still coming. */
export async function ask(text) {
  text = text.trim();
  if (!text) return;
  if (state.busy) { say(t("oneAtATime")); return; }
  follow(text);
  begin();
  const turn = addTurn(text);
  showLast(turn);
  speak(t("thinking"));
  const control = state.busy = new AbortController();
  state.asked = text;
  try {
    await hear(await answerTo(text, control.signal), turn);
  } catch (error) {
    fail(error, turn, text, control);
  } finally {
    if (state.busy === control) rest();
  }
}

/** Ends the answer that is coming. */
export const stop = () => state.busy?.abort();

function begin() {
  hush();
  byId("main").classList.remove("fresh");
  byId("send").textContent = t("stop");
  byId("shelf").setAttribute("aria-busy", "true");
  dim();
  showSkeleton();
}

function rest() {
  state.busy = null;
  state.asked = "";
  byId("send").textContent = t("ask");
  byId("shelf").setAttribute("aria-busy", "false");
}

/** Sends a turn. Where a person had the conversation erased, the talk goes on in a new one. */
async function answerTo(text, signal) {
  const body = () => ({ text, stream: true, user: who() || undefined, conversation: state.conversation || undefined });
  try {
    return await send("POST", "/v1/chat", body(), signal);
  } catch (error) {
    if (error.kind !== "unknown-conversation" || !state.conversation) throw error;
    enter(null);
    return send("POST", "/v1/chat", body(), signal);
  }
}

async function hear(answer, turn) {
  let over = false;
  for await (const [event, data] of events(answer)) {
    if (event === "thinking") turn.think(data.text);
    if (event === "cards") {
      turn.cards(data.cards);
      if (!narrow()) showCards(data); // on a phone they stand below the text, and would be pushed about
    }
    if (event === "piece") turn.piece(data.text);
    if (event === "problem") throw new Fault(data.status, data);
    if (event === "finished") { over = true; finish(data, turn); }
  }
  if (!over) throw new Fault(0, { type: "broken-off" });
}

function finish(reply, turn) {
  enter(reply.conversation, state.turns + 1);
  showChips(reply.chips, dropped);
  turn.finish(reply, leadTo);
  if (reply.cards.length) showCards(reply);
  else clearCards({ keep: true });
  showLast(turn);
}

function fail(error, turn, text, control) {
  clearCards({ keep: true });
  if (state.busy !== control) return turn.drop(); // a new talk was begun meanwhile
  if (error.status === 401) {
    keepDraft(text); // the page asks for a sign-in
    return turn.drop();
  }
  const stopped = error.name === "AbortError";
  turn.fail(stopped ? t("stopped") : told(error), () => ask(text), { fault: !stopped });
}

/** Says what is no longer in force; whether to ask again, at whatever a model costs, is for the person. */
function dropped(chip) {
  const told = t("removed", { text: chip.text });
  const again = button(t("askAgain"), () => { line.remove(); ask(t("askAgainWords")); });
  const line = note(el("span", { text: told }), again);
  speak(told);
  again.focus();
}

/** Starts anew. */
export function fresh() {
  const busy = state.busy;
  rest();
  busy?.abort();
  enter(null);
  blank();
  byId("main").classList.add("fresh");
}

function blank() {
  clearLog();
  clearCards();
  showChips([], dropped);
}

/** Goes on with a conversation; returns whether it is there. */
export async function resume(conversation) {
  let found;
  try {
    found = await call("GET", `/v1/conversations/${path(conversation)}`);
  } catch (error) {
    if (error.status === 404) enter(null);
    else say(told(error), { fault: true });
    return false;
  }
  if (!found.turns.length || (found.user || null) !== who()) { enter(null); return false; }
  follow(found.turns.at(-1).said);
  blank();
  byId("main").classList.remove("fresh");
  await restore(who());
  const turns = found.turns.map((one) => addOld(one.said, one.reply, leadTo));
  const last = found.turns.findLast((one) => one.reply.cards.length);
  if (last) showCards(last.reply);
  showChips(found.chips, dropped);
  enter(conversation, turns.length);
  showEnd();
  showLast(turns.at(-1));
  return true;
}

/** Takes up what another tab has added to this talk. */
export async function catchUp() {
  if (document.hidden || state.busy || !state.conversation || byId("main").hidden) return;
  const known = state.turns;
  const found = await call("GET", `/v1/conversations/${path(state.conversation)}`).catch(() => null);
  if (found && found.turns.length > known && !state.busy && await resume(state.conversation)) say(t("goneOn"));
}

export const takeUp = async () => Boolean(earlier()) && resume(earlier());
