// The page: signing in, the talk, and what is in force.
import { byId, call, el, events, path, say, send } from "/page.js";
import { cost, showCards, startWhyNot } from "/cards.js";
import { openProfile } from "/profile.js";

const state = { session: null, conversation: null, busy: null };

const who = () => state.session.user || byId("who").value.trim() || null;

// ---------------------------------------------------------------- starting

async function start() {
  wireTheme();
  for (const button of document.querySelectorAll("[data-close]"))
    button.addEventListener("click", () => button.closest("dialog").close());
  try {
    state.session = await call("GET", "/v1/session");
  } catch (error) {
    signIn(error.status === 401 ? "" : error.message);
    return;
  }
  byId("main").hidden = false;
  byId("tenant").textContent = state.session.tenant;
  if (state.session.user) {
    byId("who").value = state.session.user;
    byId("who").readOnly = true;
  } else {
    byId("who").value = sessionStorage.getItem("who") || "";
    namePeople();
  }
  wire();
  clear();
  byId("say").focus();
}

function signIn(why) {
  byId("signin").hidden = false;
  document.querySelector(".tools").hidden = true;
  if (new URLSearchParams(location.search).has("link"))
    byId("signin-why").textContent = "That link was used already, or is too old. `palate serve` prints a new one; or give a key.";
  byId("key-fault").textContent = why;
  byId("key-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await call("POST", "/signin", { key: byId("key").value.trim() });
      location.replace("/");
    } catch (error) {
      byId("key-fault").textContent = error.message;
    }
  });
}

async function namePeople() {
  try {
    const page = await call("GET", "/v1/users?limit=200");
    byId("people").replaceChildren(...page.data.map((one) => el("option", { value: one.id, label: one.name || one.id })));
  } catch { /* a key that may not list people: a name can be typed all the same */ }
}

function wire() {
  byId("form").addEventListener("submit", (event) => { event.preventDefault(); ask(byId("say").value); });
  byId("say").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); ask(byId("say").value); }
  });
  byId("say").addEventListener("input", grow);
  byId("fresh").addEventListener("click", () => { clear(); byId("say").focus(); });
  byId("who").addEventListener("change", () => { sessionStorage.setItem("who", byId("who").value.trim()); clear(); });
  byId("open-profile").addEventListener("click", () => openProfile(who()));
  document.addEventListener("erased", () => { if (!state.session.user) byId("who").value = ""; sessionStorage.removeItem("who"); clear(); });
  startWhyNot();
}

function grow() {
  const box = byId("say");
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 2, 160)}px`;
}

function wireTheme() {
  const names = { "": "as the system", light: "light", dark: "dark" };
  const set = (theme) => {
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    byId("theme").setAttribute("aria-label", `Theme: ${names[theme]}`);
    localStorage.setItem("theme", theme);
  };
  set(localStorage.getItem("theme") in names ? localStorage.getItem("theme") : "");
  byId("theme").addEventListener("click", () => {
    const order = ["", "light", "dark"];
    set(order[(order.indexOf(localStorage.getItem("theme")) + 1) % 3]);
  });
}

// ---------------------------------------------------------------- the talk

function clear() {
  state.busy?.abort();
  state.conversation = null;
  byId("log").replaceChildren();
  showChips([]);
  showCards({ cards: [] }, who);
  const nouns = state.session.nouns;
  const hints = [`something like the last ${state.session.noun} I liked`, `short ${nouns}, nothing sad`, `the most surprising ${nouns} you have`];
  byId("hints").replaceChildren(...hints.map((text) =>
    el("li", {}, el("button", { type: "button", text, onclick: () => ask(text) }))));
}

function add(kind, text) {
  const line = el("div", { class: `said ${kind}`, text });
  byId("log").append(line);
  byId("log").scrollTop = byId("log").scrollHeight;
  return line;
}

async function ask(text) {
  text = text.trim();
  if (!text || state.busy) return;
  const control = state.busy = new AbortController();
  byId("say").value = "";
  grow();
  byId("send").disabled = true;
  add("mine", text);
  const line = add("theirs waiting", "thinking");
  try {
    const body = { text, stream: true, user: who() || undefined, conversation: state.conversation || undefined };
    await hear(await send("POST", "/v1/chat", body, control.signal), line);
  } catch (error) {
    if (error.name !== "AbortError") fail(line, error);
  } finally {
    if (state.busy === control) {
      state.busy = null;
      byId("send").disabled = false;
    }
  }
}

function fail(line, error) {
  line.classList.remove("waiting");
  line.classList.add("fault");
  line.textContent = error.message;
  if (error.status === 401) location.reload();
}

async function hear(answer, line) {
  let text = "";
  for await (const [event, data] of events(answer)) {
    if (event === "thinking" && !text) line.textContent = data.text;
    if (event === "cards") {
      byId("empty").hidden = true;
      showCards({ cards: data.cards, recommendation: null }, who);
    }
    if (event === "piece") {
      text += data.text;
      line.classList.remove("waiting");
      line.textContent = text;
      byId("log").scrollTop = byId("log").scrollHeight;
    }
    if (event === "problem") throw new Error(data.detail);
    if (event === "finished") finish(data, line);
  }
}

function finish(reply, line) {
  state.conversation = reply.conversation;
  line.classList.remove("waiting");
  line.textContent = reply.text;
  const made = reply.made_by === "policy" ? "answered by rules" : `answered by ${reply.made_by}`;
  const under = el("div", { class: "under" }, el("span", { text: `${made}, ${cost(reply)}` }));
  if (reply.cards.length) {
    under.append(el("button", { type: "button", text: `Show these ${reply.cards.length}`, onclick: () => shelve(reply) }));
    shelve(reply);
  }
  byId("log").append(under);
  byId("log").scrollTop = byId("log").scrollHeight;
  showChips(reply.chips);
}

function shelve(reply) {
  showCards(reply, who);
  if (matchMedia("(max-width: 860px)").matches)
    document.querySelector(".shelf").scrollIntoView({ block: "start", behavior: "smooth" });
}

// ---------------------------------------------------------------- what is in force

function showChips(chips) {
  byId("chips").replaceChildren(...chips.map((chip) => el("span", { class: "chip" },
    el("span", { text: chip.text }),
    el("button", { type: "button", text: "✕", "aria-label": `Remove: ${chip.text}`, onclick: () => drop(chip) }))));
}

async function drop(chip) {
  try {
    const found = await call("DELETE", `/v1/conversations/${path(state.conversation)}/chips/${path(chip.id)}`);
    showChips(found.chips);
    say(`No longer in force: ${chip.text}`);
    byId("say").focus();
  } catch (error) {
    say(error.message);
  }
}

start();
