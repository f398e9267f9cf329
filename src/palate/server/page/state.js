// What this tab knows: who talks, and in which conversation. Both outlive a reload of the tab.
import { byId } from "/dom.js";

export const state = { session: null, conversation: null, turns: 0, busy: null, asked: "" };

/** The person that this is for, or null for a stranger. */
export const who = () => state.session.user || byId("who").value.trim() || null;

/** Notes in which conversation this tab is; null for none. */
export function enter(conversation, turns = 0) {
  state.conversation = conversation;
  state.turns = turns;
  if (conversation) sessionStorage.setItem("conversation", conversation);
  else sessionStorage.removeItem("conversation");
}

export const earlier = () => sessionStorage.getItem("conversation");

export const nameWho = (name) => sessionStorage.setItem("who", name);
export const namedWho = () => sessionStorage.getItem("who") || "";

/** Keeps what was typed over a sign-in or a reload. */
export const keepDraft = (text) => sessionStorage.setItem("draft", text);
export function takeDraft() {
  const text = sessionStorage.getItem("draft") || "";
  sessionStorage.removeItem("draft");
  return text;
}
