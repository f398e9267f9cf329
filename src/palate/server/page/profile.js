// The profile: what is known of a person, to be read, mended and forgotten.
import { call, path } from "/calls.js";
import { doingsOf, newest } from "/doings.js";
import { button, byId, el, hush, say, withCode } from "/dom.js";
import { told } from "/faults.js";
import { placeIn } from "/places.js";
import { eraseThis, talkRows, talksOf } from "/talks.js";
import { genre, t } from "/words.js";

const LEANS = 10;

/** Opens the profile of a person. */
export async function openProfile(who) {
  byId("profile-title").textContent = who ? t("profileOf", { who }) : t("profile");
  const body = byId("profile-body");
  if (!byId("profile").open) {
    hush();
    body.replaceChildren();
    byId("profile").showModal();
  }
  if (!who) {
    body.replaceChildren(el("p", { text: t("strangerProfile") }), el("div", { class: "foot" }, eraseThis(), signOut()));
    return;
  }
  if (!body.childElementCount) body.replaceChildren(el("p", { class: "muted", text: t("reading") }));
  body.replaceChildren(...await partsOf(who));
}

async function partsOf(who) {
  const change = (done, work) => changed(who, done, work);
  try {
    const [card, did, talks] = await Promise.all([
      call("GET", `/v1/users/${path(who)}/profile`), newest(who), talksOf(who)]);
    const titles = new Map(card.history.map((one) => [one.item, one.title]));
    return [
      el("p", { class: "muted", text: card.history.length ? t("knownThings", { count: card.history.length }) : t("knownNone") }),
      ...leansOf(card), ...wishesOf(who, card.wishes, change), ...await doingsOf(did, titles, change),
      ...talkRows(talks, change), footOf(who),
    ];
  } catch (error) {
    if (error.kind !== "unknown-user") return [el("p", { class: "fault" }, ...withCode(told(error)))];
    return [el("p", { text: t("unknown", { who }) }), el("div", { class: "foot" }, signOut())];
  }
}

function leansOf(card) {
  const strongest = card.tags.slice(0, LEANS);
  const part = (name, rows) => (rows.length ? [el("h3", { text: t(name) }), el("ul", { class: "leans" }, ...rows.map((one) =>
    el("li", {}, el("span", { text: genre(one.tag) }), el("b", { text: Math.abs(one.weight).toFixed(2) }))))] : []);
  return [...part("leansTo", strongest.filter((one) => one.weight > 0)), ...part("turnsFrom", strongest.filter((one) => one.weight < 0))];
}

function wishesOf(who, wishes, change) {
  const place = `/v1/users/${path(who)}/wishes`;
  const input = el("input", { id: "wish", maxlength: "4000", required: true, placeholder: t("wishHint") });
  const side = el("select", { "aria-label": `${t("want")} / ${t("unwant")}`, id: "wish-side" },
    el("option", { value: "yes", text: t("want") }), el("option", { value: "", text: t("unwant") }));
  const form = el("form", {}, el("label", { for: "wish", text: t("wishLabel") }),
    el("div", { class: "row" }, input, side, el("button", { class: "main", type: "submit", text: t("add") })));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    change(t("added"), () => call("POST", place, { text: input.value, likes: side.value === "yes" }));
  });
  const rows = wishes.map((one) => el("li", {}, el("span", { dir: "auto", text: one.likes ? one.text : t("not", { text: one.text }) }),
    button(t("removeIt"), () => change(t("wishRemoved"), () => call("DELETE", `${place}/${one.id}`)), {
      class: "quiet", "aria-label": t("removeWish", { text: one.text }) })));
  return [el("h3", { text: t("wishes") }), el("ul", { class: "rows", id: "wishes" }, ...rows), form];
}

function footOf(who) {
  return el("div", { class: "foot" },
    button(t("save"), () => saveAll(who), { class: "quiet" }), signOut(),
    button(t("eraseAll", { who }), (event) => erase(who, event.target), { class: "danger", id: "erase" }));
}

const signOut = () => button(t("signOut"), async () => {
  await call("DELETE", "/v1/session").catch(() => null);
  document.dispatchEvent(new CustomEvent("signed-out", { detail: t("signedOut") }));
}, { class: "quiet" });

let changing = false;

/** Does something once, and shows the profile anew with the focus where it was. */
async function changed(who, done, work) {
  if (changing) return;
  changing = true;
  const back = placeIn(byId("profile"));
  try {
    await work();
    await openProfile(who);
    back();
    say(done);
  } catch (error) {
    say(told(error), { fault: true });
  } finally {
    changing = false;
  }
}

async function saveAll(who) {
  try {
    const data = await call("GET", `/v1/users/${path(who)}/export`);
    const url = URL.createObjectURL(new Blob([JSON.stringify(data, null, 1)], { type: "application/json" }));
    el("a", { href: url, download: "palate-export.json" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  } catch (error) {
    say(told(error), { fault: true });
  }
}

/** The first press asks, the second erases. */
async function erase(who, pressed) {
  if (pressed.dataset.sure !== "yes") {
    pressed.dataset.sure = "yes";
    pressed.textContent = t("eraseSure", { who });
    say(t("eraseSure", { who }));
    return;
  }
  pressed.disabled = true;
  try {
    await call("DELETE", `/v1/users/${path(who)}`);
    byId("profile").close();
    document.dispatchEvent(new CustomEvent("erased", { detail: who }));
  } catch (error) {
    pressed.disabled = false;
    say(told(error), { fault: true });
  }
}
