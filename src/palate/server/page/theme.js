// Light, dark, or as the system has it.
import { byId } from "/dom.js";
import { t } from "/words.js";

const ORDER = ["system", "light", "dark"];
const chosen = () => (ORDER.includes(localStorage.getItem("theme")) ? localStorage.getItem("theme") : "system");

function show() {
  const theme = chosen();
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  byId("theme").setAttribute("aria-label", t("theme", { name: t(theme) }));
  byId("theme").title = t("theme", { name: t(theme) });
}

/** Wires the button. */
export function startTheme() {
  show();
  document.addEventListener("relabelled", show);
  byId("theme").addEventListener("click", () => {
    localStorage.setItem("theme", ORDER[(ORDER.indexOf(chosen()) + 1) % ORDER.length]);
    show();
  });
}
