// What is in force, and taking it out.
import { call, path } from "/calls.js";
import { button, byId, el, say } from "/dom.js";
import { told } from "/faults.js";
import { state } from "/state.js";
import { t, tongue } from "/words.js";

/** Shows chips; `dropped` hears of one that was taken out. */
export function showChips(chips, dropped) {
  byId("chips").replaceChildren(...chips.map((chip) => el("li", { class: "chip" },
    el("span", { text: chip.text, lang: tongue(chip.text), title: chip.text.length > 40 && chip.text }),
    button("✕", () => drop(chip, dropped), { "aria-label": t("remove", { text: chip.text }) }))));
}

async function drop(chip, dropped) {
  try {
    const found = await call("DELETE", `/v1/conversations/${path(state.conversation)}/chips/${path(chip.id)}`);
    showChips(found.chips, dropped);
    dropped(chip);
  } catch (error) {
    say(told(error), { fault: true });
  }
}
