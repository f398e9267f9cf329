// The profile: what is known of a person, to be read, mended and forgotten.
import { byId, call, el, path, say } from "/page.js";

const SHOWN = 30;

/** Opens the profile of a person. */
export async function openProfile(who) {
  byId("profile-title").textContent = who ? `Profile of ${who}` : "Profile";
  const body = byId("profile-body");
  if (!byId("profile").open) byId("profile").showModal();
  if (!who) {
    body.replaceChildren(el("p", { text: "Nothing is kept of a stranger. Say whom this is for in the field at the top, and tastes are remembered." }));
    return;
  }
  body.replaceChildren(el("p", { class: "muted", text: "Reading …" }));
  try {
    const [card, did] = await Promise.all([
      call("GET", `/v1/users/${path(who)}/profile`), newest(who)]);
    body.replaceChildren(...wholeOf(who, card, did));
  } catch (error) {
    const told = error.status === 404 ? `Nothing is known of ${who} yet.` : error.message;
    body.replaceChildren(el("p", { text: told }), ...(error.status === 404 ? wishesOf(who, []) : []));
  }
}

/** The newest things that a person did: lists go from the oldest on, so all pages are read. */
async function newest(who) {
  let rows = [], cursor = "0";
  while (cursor !== null) {
    const page = await call("GET", `/v1/events?limit=500&cursor=${cursor}&user=${encodeURIComponent(who)}`);
    rows = rows.concat(page.data);
    cursor = page.next;
  }
  return rows.reverse();
}

function wholeOf(who, card, did) {
  const titles = new Map(card.history.map((one) => [one.item, one.title]));
  return [
    el("p", { class: "muted", text: `Known from: ${card.start}, ${card.history.length} things.` }),
    ...leansOf(card), ...wishesOf(who, card.wishes), ...doingsOf(who, did, titles), footOf(who),
  ];
}

function leansOf(card) {
  const strongest = card.tags.slice(0, 10);
  if (!strongest.length) return [];
  return [el("h3", { text: "Leans to" }), el("ul", { class: "leans" }, ...strongest.map((one) =>
    el("li", { text: `${one.tag} ${one.weight > 0 ? "+" : "−"}${Math.abs(one.weight).toFixed(2)}` })))];
}

function wishesOf(who, wishes) {
  const input = el("input", { id: "wish", maxlength: "4000", required: true, placeholder: "slow films about work" });
  const form = el("form", {},
    el("label", { for: "wish", text: "Something you want, always" }),
    el("div", { class: "row" }, input, el("button", { class: "main", type: "submit", text: "Add" })));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await change(who, "Wish added.", () =>
      call("POST", `/v1/users/${path(who)}/wishes`, { text: input.value, likes: true }));
  });
  const rows = wishes.map((one) => el("li", {},
    el("span", { text: (one.likes ? "" : "not: ") + one.text }),
    el("button", { type: "button", class: "quiet", text: "Remove", "aria-label": `Remove the wish ${one.text}`,
      onclick: () => change(who, "Wish removed.", () => call("DELETE", `/v1/users/${path(who)}/wishes/${one.id}`)) })));
  return [el("h3", { text: "Wishes" }), el("ul", { class: "rows", id: "wishes" }, ...rows), form];
}

function doingsOf(who, did, titles) {
  const rows = did.slice(0, SHOWN).map((one) => {
    const title = titles.get(one.item) || one.item;
    const what = one.value === null ? one.action : `${one.action} ${one.value}`;
    return el("li", {}, el("span", {}, title, el("span", { class: "muted", text: ` · ${what}` })),
      el("button", { type: "button", class: "quiet", text: "Forget", "aria-label": `Forget ${what} ${title}`,
        onclick: () => change(who, "Forgotten.", () => call("POST", "/v1/events/delete", { ids: [one.id] })) }));
  });
  const more = did.length > SHOWN ? [el("p", { class: "muted", text: `and ${did.length - SHOWN} more` })] : [];
  return [el("h3", { text: "Did" }), el("ul", { class: "rows", id: "doings" }, ...rows), ...more];
}

function footOf(who) {
  return el("div", { class: "foot" },
    el("button", { type: "button", class: "quiet", text: "Save all as a file", onclick: () => saveAll(who) }),
    el("button", { type: "button", class: "danger", id: "erase", text: "Erase everything about me", onclick: (event) => erase(who, event.target) }));
}

async function change(who, told, work) {
  try {
    await work();
    say(told);
    await openProfile(who);
    byId("profile").querySelector("[data-close]").focus();
  } catch (error) {
    say(error.message);
  }
}

async function saveAll(who) {
  try {
    const data = await call("GET", `/v1/users/${path(who)}/export`);
    const url = URL.createObjectURL(new Blob([JSON.stringify(data, null, 1)], { type: "application/json" }));
    el("a", { href: url, download: "palate-export.json" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  } catch (error) {
    say(error.message);
  }
}

/** The first press asks, the second erases. */
async function erase(who, button) {
  if (button.dataset.sure !== "yes") {
    button.dataset.sure = "yes";
    button.textContent = `Press again to erase ${who} for good`;
    return;
  }
  button.disabled = true;
  try {
    await call("DELETE", `/v1/users/${path(who)}`);
    byId("profile").close();
    document.dispatchEvent(new CustomEvent("erased"));
    say(`${who} is erased.`);
  } catch (error) {
    button.disabled = false;
    say(error.message);
  }
}
