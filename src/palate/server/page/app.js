// The page: it finds out who asks, and wires its parts together.
import { call } from "/calls.js";
import { byId, el, say } from "/dom.js";
import { told } from "/faults.js";
import { showHints } from "/hints.js";
import { openProfile } from "/profile.js";
import { cameBy, signIn } from "/signin.js";
import { keepDraft, namedWho, nameWho, state, takeDraft, who } from "/state.js";
import { ask, catchUp, fresh, stop, takeUp } from "/talk.js";
import { startTheme } from "/theme.js";
import { startWhyNot } from "/whynot.js";
import { relabel, t } from "/words.js";

const TALLEST = 160; // pixels of the field for a question

async function start() {
  relabel();
  startTheme();
  for (const one of document.querySelectorAll("[data-close]"))
    one.addEventListener("click", () => one.closest("dialog").close());
  try {
    state.session = await call("GET", "/v1/session");
  } catch (error) {
    signIn(error.status === 401 ? cameBy() : told(error));
    return;
  }
  byId("main").hidden = byId("tools").hidden = false;
  byId("tenant").textContent = state.session.tenant;
  whoAsks();
  wire();
  startWhyNot();
  showHints(ask);
  if (!await takeUp()) fresh();
  byId("say").value = takeDraft();
  grow();
  byId("say").focus();
}

function whoAsks() {
  const box = byId("who");
  box.value = state.session.user || namedWho();
  box.readOnly = Boolean(state.session.user);
  if (!box.readOnly) namePeople();
}

async function namePeople() {
  try {
    const page = await call("GET", "/v1/users?limit=200");
    byId("people").replaceChildren(...page.data.map((one) => el("option", { value: one.id, label: one.name || one.id })));
  } catch { /* a key that may not list people: a name can be typed all the same */ }
}

function wire() {
  byId("form").addEventListener("submit", (event) => { event.preventDefault(); state.busy ? stop() : take(); });
  byId("say").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); take(); }
  });
  byId("say").addEventListener("input", grow);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state.busy && !document.querySelector("dialog[open]")) stop();
  });
  byId("fresh").addEventListener("click", () => { fresh(); byId("say").focus(); });
  byId("who").addEventListener("change", () => talkFor(byId("who").value.trim()));
  byId("open-profile").addEventListener("click", () => openProfile(who()));
  document.addEventListener("visibilitychange", catchUp);
  addEventListener("pagehide", keepUnanswered);
  document.addEventListener("session-over", sessionOver);
  document.addEventListener("say-it", (event) => sayForStranger(event.detail));
  document.addEventListener("erased", (event) => erased(event.detail));
  document.addEventListener("signed-out", (event) => { fresh(); signIn(event.detail); });
}

/** Asks what was typed. The field is emptied only where the question goes out. */
function take() {
  const text = byId("say").value;
  if (!state.busy) byId("say").value = "";
  ask(text);
  grow();
}

/** Begins a talk for somebody; of one that is left for it, that is said. */
function talkFor(person) {
  const left = state.conversation;
  nameWho(person);
  fresh();
  if (left) say(t("newFor", { who: person || t("stranger") }));
}

function sayForStranger(text) {
  const busy = state.busy;
  ask(text);
  if (!busy) say(t("whoFirst"));
}

/** Keeps what was typed, and a question whose answer has not come, for the page that comes next. */
function keepUnanswered() {
  if (!byId("main").hidden) keepDraft([state.asked, byId("say").value].filter(Boolean).join("\n"));
}

function sessionOver() {
  if (byId("main").hidden) return;
  keepDraft(byId("say").value);
  signIn(t("sessionOver"));
}

function erased(person) {
  fresh();
  if (state.session.user) {
    signIn(t("erasedOut", { who: person })); // the session of somebody who is erased ends with them
    return;
  }
  byId("who").value = "";
  nameWho("");
  say(t("erased", { who: person }));
}

function grow() {
  const box = byId("say");
  box.style.height = "";
  if (box.value) box.style.height = `${Math.min(box.scrollHeight + 2, TALLEST)}px`;
}

start();
