// The talks that are kept: to be opened again, or erased.
import { call, path } from "/calls.js";
import { button, byId, el, say } from "/dom.js";
import { told } from "/faults.js";
import { state, who } from "/state.js";
import { fresh, resume } from "/talk.js";
import { language, t } from "/words.js";

/** Reads the talks of a person. */
export const talksOf = async (person) =>
  (await call("GET", `/v1/conversations?user=${encodeURIComponent(person)}`)).data;

/** Returns the part of the profile that lists them; `change` does something and shows it anew. */
export function talkRows(talks, change) {
  if (!talks.length) return [];
  const rows = talks.map((one) => el("li", {},
    el("div", {}, el("p", { class: "name", text: one.title, dir: "auto" }),
      el("p", { class: "muted", text: one.id === state.conversation ? `${moment(one.at)} · ${t("thisOne")}` : moment(one.at) })),
    el("span", { class: "pair" },
      button(t("open"), () => open(one.id), { class: "quiet", "aria-label": t("openTalk", { title: one.title }) }),
      button(t("erase"), () => change(t("talkErased"), () => erase(one.id)), {
        class: "quiet", "aria-label": t("eraseTalk", { title: one.title }) }))));
  return [el("h3", { text: t("talks") }), el("ul", { class: "rows", id: "talks" }, ...rows)];
}

/** Returns a button that erases the talk of a stranger; nothing where there is none. */
export function eraseThis() {
  if (!state.conversation || who()) return null;
  return button(t("thisTalk"), async () => {
    try {
      await erase(state.conversation);
      byId("profile").close();
      say(t("talkErased"));
    } catch (error) {
      say(told(error), { fault: true });
    }
  }, { class: "danger" });
}

async function erase(conversation) {
  await call("DELETE", `/v1/conversations/${path(conversation)}`);
  if (conversation === state.conversation) fresh();
}

async function open(conversation) {
  byId("profile").close();
  if (await resume(conversation)) say(t("takenUp"));
}

const moment = (at) =>
  new Date(at).toLocaleString(language(), { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
