// Where the focus stood in a dialog that is about to be shown anew, and how to go back there.

/** Returns what goes back: to the row that took the place of the one before, else to the same field. */
export function placeIn(dialog) {
  const at = dialog.contains(document.activeElement) ? document.activeElement : null;
  const list = at?.closest("ul.rows"), row = at?.closest("li"), field = at?.closest("form")?.querySelector("input");
  const number = list && row ? [...list.children].indexOf(row) : -1;
  const top = dialog.scrollTop;
  return () => {
    const rows = number >= 0 ? document.getElementById(list.id)?.children ?? [] : [];
    const next = rows[Math.min(number, rows.length - 1)]?.querySelector("button:last-of-type");
    const same = field && document.getElementById(field.id);
    (next || same || dialog.querySelector("[data-close]")).focus({ preventScroll: true });
    dialog.scrollTop = top;
  };
}
