// Signing in by a key, and why it is asked for.
import { call } from "/calls.js";
import { byId, hush, withCode } from "/dom.js";
import { told } from "/faults.js";
import { t } from "/words.js";

let wired = false;

/** Shows the form in place of the page. `why` is a sentence. */
export function signIn(why) {
  hush();
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  byId("main").hidden = byId("tools").hidden = true;
  byId("signin").hidden = false;
  byId("signin-why").replaceChildren(...withCode(why));
  if (!wired) byId("key-form").addEventListener("submit", give);
  wired = true;
  byId("key").focus();
}

/** Returns why somebody who just came has to sign in. */
export const cameBy = () =>
  t(new URLSearchParams(location.search).has("link") ? "linkUsed" : "signInHow");

async function give(event) {
  event.preventDefault();
  try {
    await call("POST", "/signin", { key: byId("key").value.trim() });
    location.replace("/");
  } catch (error) {
    byId("key-fault").replaceChildren(...withCode(error.status === 401 ? t("badKey") : told(error)));
  }
}
