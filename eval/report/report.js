"use strict";
const $ = id => document.getElementById(id);
const el = (tag, text, cls) => {
  const e = document.createElement(tag);
  if (text != null) e.textContent = text;
  if (cls) e.className = cls;
  return e;
};
const put = (parent, ...children) => { parent.append(...children.filter(c => c != null)); return parent; };
const many = (n, one, more) => n.toLocaleString("en") + " " + (n === 1 ? one : more ?? one + "s");

/* Pieces of cases are unpacked when one of theirs is opened. */
async function unpack(node) {
  const raw = Uint8Array.from(atob(node.textContent), c => c.charCodeAt(0));
  const stream = new Blob([raw]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}
let ix, page = 0, shown = [];
const opened = {}, nodes = document.getElementsByClassName("piece");
async function load(n) {
  const piece = Math.floor(n / ix.piece);
  opened[piece] ??= unpack(nodes[piece]);
  const found = await opened[piece];
  return [found.cases[n % ix.piece], found.texts];
}
const title = item => ix.items[item] ?? item;
/* Lines of the models are rows of ix.lines, too: rank and value are looked up there. */
const rank = (line, n) => ix.ranks[line][n], value = (line, n) => ix.values[line][n];
const place = r => r ? "rank " + r : "not shown";

function standing(n) {
  const all = ix.rows, base = ix.base, told = { won: [], lost: [], equal: [] };
  for (const row of all) {
    if (row === base) continue;
    const d = value(row, n) - value(base, n);
    told[d > 0 ? "won" : d < 0 ? "lost" : "equal"].push(row);
  }
  return told;
}
function verdict(n) {
  const base = ix.lines[ix.base], at = rank(ix.base, n);
  const there = at ? "puts the truth at " + at : "does not show the truth";
  if (!ix.rows.length) return base + " " + there + ".";
  const { won, lost, equal } = standing(n), count = won.length + lost.length + equal.length;
  if (ix.rows.every(row => !rank(row, n)) && !at) return "Nobody shows the truth.";
  const best = Math.min(...ix.rows.map(row => rank(row, n) || Infinity));
  const reach = best === Infinity ? "no variant shows it" : "the best variant at " + best;
  const parts = [[won, "better"], [equal, "equal"], [lost, "worse"]].filter(([l]) => l.length)
    .map(([l, word]) => (l.length === count && count > 1 ? "all " + count : l.length) + " " + word);
  return base + " " + there + ", " + reach + ": " + parts.join(", ") + ".";
}

function order(ids, truth, empty) {
  const list = el("ol");
  for (const item of ids) list.append(el("li", (truth.includes(item) ? "✓ " : "") + title(item), truth.includes(item) ? "hit" : null));
  if (!ids.length) list.append(el("li", empty, "none"));
  return list;
}
/* What became of a variant's reply: a word, its colour, and the whole of it. */
function fate(a) {
  if (!a) return ["no answer", "no", "Nothing was recorded."];
  if (a.cause) return [a.fate, "no", "The model did not decide (" + a.cause + "): the product is the prior's order."];
  const left = a.n[0] - a.n[1];
  const filled = left > 0 ? " " + many(left, "place") + " filled by the product." : "";
  if (!a.n[1]) return [a.fate, "no", "Mended: " + a.repairs.join("; ") + ". The model alone counts as silent."];
  if (a.repairs.length) return ["repaired", "open", "Mended: " + a.repairs.join("; ") + "." + filled];
  if (left > 0) return ["filled", "open", "The model ranked " + a.n[1] + " of " + a.n[0] + "." + filled];
  return ["complete", "ok", "The model ranked all " + a.n[0] + ", and nothing had to be mended."];
}
const MARK = { ok: "✓ ", no: "✗ ", open: "~ ", better: "▲ ", worse: "▼ " };
const tag = (text, cls) => el("span", (MARK[cls] ?? "") + text, "tag " + (cls ?? ""));

function reason([item, text, by, claims, gone]) {
  const box = el("div", null, "reason"), told = el("p");
  put(told, el("b", title(item) + ": "), text, " ", el("span", by === "model" ? "written by the model" : "written from the evidence", "soft"));
  box.append(told);
  const known = new Set();
  for (const [claim, holds] of claims) {
    if (known.has(claim + holds)) continue;
    known.add(claim + holds);
    const one = el("span", null, "claim tag " + (holds ? "ok" : "no"));
    put(one, holds ? "✓ supported: " : "✗ not supported: ", el(holds ? "span" : "s", claim));
    box.append(one);
  }
  if (gone) box.append(el("p", "The model's own sentence was refused: " + gone, "soft"));
  return box;
}
const prompt = (call, texts) => call ? call[0].map(([r, t]) => "=== " + r + "\n" + texts[t]).join("\n") : "";
function exchange(call, n, of, texts) {
  const box = el("div"), name = of > 1 ? " of call " + (n + 1) + " of " + of : "";
  const sent = put(el("details"), el("summary", "Prompt as sent" + name), el("pre", prompt(call, texts)));
  const said = call[3] ? "error: " + call[3] : call[1] === "" ? "(an empty reply)" : call[1];
  const got = put(el("details"), el("summary", "Reply as received" + name + (call[2] && call[2] !== "stop" ? " (ended by: " + call[2] + ")" : "")), el("pre", said));
  got.open = of === 1;
  return put(box, sent, got);
}
function variant(m, a, c, texts, n) {
  const row = ix.rows[m], box = el("details", null, "variant"), [word, tone, whole] = fate(a);
  const head = put(el("summary"), el("b", ix.lines[row]), tag(word, tone), tag(place(rank(row, n))));
  put(box, head, el("p", whole));
  if (!a) return box;
  if (a.notes.length) box.append(el("p", a.notes.join(" "), "soft"));
  const mine = put(el("div"), el("h3", "Model alone: order as parsed"), order(a.w, c.truth, "nothing"));
  const product = put(el("div"), el("h3", "Product: what a person would see"), order(a.o, c.truth, "nothing"));
  box.append(put(el("div", null, "two"), mine, product));
  if (a.why.length) put(box, el("h3", "Reasons, and their claims as checked"), ...a.why.map(reason));
  const calls = a.calls ?? [];
  calls.forEach((call, k) => box.append(exchange(call, k, calls.length, texts)));
  return box;
}
function outcomes(c, n) {
  const table = el("table"), head = el("tr"), body = el("tbody");
  const heads = ["line", "rank of truth", "by model alone", ix.metric, "against " + ix.lines[ix.base], "what became of the reply"];
  heads.forEach((h, k) => head.append(el("th", h, k > 3 ? "words" : null)));
  const controls = [...ix.lines.keys()].filter(row => !ix.rows.includes(row));
  for (const row of [...ix.rows, ...controls]) {
    const line = ix.lines[row], m = ix.rows.indexOf(row), a = m < 0 ? null : c.a[m], d = value(row, n) - value(ix.base, n);
    const tr = el("tr", null, m < 0 ? "control" : null), cell = (k, ...inside) => put(tr, put(el("td", null, k > 3 ? "words" : null), ...inside)).lastChild.dataset.h = heads[k];
    tr.append(el("td", line));
    cell(1, String(rank(row, n) || "none"));
    cell(2, m < 0 || !a ? "" : String(a.r || "none"));
    cell(3, value(row, n).toFixed(3));
    cell(4, row === ix.base ? tag("baseline", "base") : d > 0 ? tag("better", "better") : d < 0 ? tag("worse", "worse") : tag("= equal"));
    if (m < 0) cell(5, "control"); else { const [word, tone] = fate(a); cell(5, tag(word, tone)); }
    for (const td of tr.children) if (!td.hasChildNodes() || td.textContent === "") td.classList.add("none");
    body.append(tr);
  }
  return put(el("div", null, "frame"), put(table, put(el("thead"), head), body));
}
async function body(n) {
  const [c, texts] = await load(n), box = el("div", null, "body"), facts = el("dl", null, "facts");
  const fact = (name, text) => text && put(facts, el("dt", name), el("dd", text));
  box.append(put(el("p"), el("b", verdict(n))));
  fact("Person", c.user ?? "a stranger");
  fact("Asks", c.said);
  fact("Truth", c.truth.map(title).join(", "));
  fact("History of the case", c.history.map(title).join(", "));
  put(box, facts, outcomes(c, n));
  if (ix.rows.length) box.append(el("h3", "What each variant did with it"));
  ix.rows.forEach((_, m) => {
    const one = variant(m, c.a[m], c, texts, n);
    one.open = m === 0;
    box.append(one);
  });
  return box;
}
function row(n) {
  const box = el("div", null, "case"), button = put(el("button"), el("b", ix.cases[n]), el("span", verdict(n), "soft"));
  let inner;
  button.setAttribute("aria-expanded", "false");
  button.onclick = async () => {
    if (inner) { inner.remove(); inner = null; } else { inner = await body(n); box.append(inner); }
    button.setAttribute("aria-expanded", String(!!inner));
  };
  return put(box, button);
}
const KINDS = {
  all: () => true,
  won: n => standing(n).won.length > 0,
  lost: n => standing(n).lost.length > 0,
  failed: n => ix.answered.some(one => one[n] === "0"),
  missed: n => ix.rows.every(line => !rank(line, n)),
};
function draw() {
  const wanted = $("find").value.trim(), kind = KINDS[$("kind").value];
  shown = [];
  for (let n = 0; n < ix.cases.length; n++) if ((!wanted || ix.cases[n].includes(wanted)) && kind(n)) shown.push(n);
  const pages = Math.max(1, Math.ceil(shown.length / 20));
  page = Math.min(Math.max(page, 0), pages - 1);
  $("prev").disabled = page === 0;
  $("next").disabled = page === pages - 1;
  $("cases").replaceChildren(...shown.slice(page * 20, page * 20 + 20).map(row));
  $("where").textContent = many(shown.length, "case") + ", page " + (page + 1) + " of " + pages;
}

/* The longest common subsequence of lines; long runs that are equal are left out. */
function diff(a, b) {
  const x = a.split("\n"), y = b.split("\n"), n = x.length, m = y.length;
  const t = Array.from({ length: n + 1 }, () => new Uint16Array(m + 1));
  for (let i = n - 1; i >= 0; i--) for (let j = m - 1; j >= 0; j--)
    t[i][j] = x[i] === y[j] ? t[i + 1][j + 1] + 1 : Math.max(t[i + 1][j], t[i][j + 1]);
  const lines = [];
  let i = 0, j = 0;
  while (i < n || j < m)
    if (i < n && j < m && x[i] === y[j]) { lines.push([" ", x[i]]); i++; j++; }
    else if (j < m && (i >= n || t[i][j + 1] > t[i + 1][j])) lines.push(["+", y[j++]]);
    else lines.push(["-", x[i++]]);
  const out = el("pre"), near = k => lines.slice(Math.max(0, k - 2), k + 3).some(([s]) => s !== " ");
  let gap = 0;
  const flush = () => { if (gap) out.append(el("i", "… " + many(gap, "equal line"), "gap")); gap = 0; };
  for (let k = 0; k < lines.length; k++) {
    const [sign, text] = lines[k];
    if (sign !== " ") {
      let end = k;
      while (end < lines.length && lines[end][0] !== " ") end++;
      flush();
      out.append(...changed(lines.slice(k, end)));
      k = end - 1;
    } else if (near(k)) { flush(); out.append("  " + text + "\n"); } else gap++;
  }
  flush();
  return out;
}
/* As many lines gone as came: they stand in pairs, with what changed inside underlined. */
function changed(lines) {
  const gone = lines.filter(([s]) => s === "-").map(l => l[1]), came = lines.filter(([s]) => s === "+").map(l => l[1]);
  if (gone.length !== came.length) return [...gone.map(t => el("del", "- " + t)), ...came.map(t => el("ins", "+ " + t))];
  return gone.flatMap((a, k) => {
    const b = came[k], least = Math.min(a.length, b.length);
    let head = 0, tail = 0;
    while (head < least && a[head] === b[head]) head++;
    while (tail < least - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
    const part = (tag, sign, t) => put(el(tag), sign + " " + t.slice(0, head), el("b", t.slice(head, t.length - tail)), t.slice(t.length - tail));
    return [part("del", "-", a), part("ins", "+", b)];
  });
}
async function prompts(n, a, b, box) {
  const [c, texts] = await load(n), p = prompt(c.a[a]?.calls?.[0], texts), q = prompt(c.a[b]?.calls?.[0], texts);
  box.replaceChildren(el("h3", "The two prompts of case " + ix.cases[n]));
  if (!p && !q) box.append(el("p", "No call was recorded.", "soft"));
  else if (p === q) box.append(el("p", "They are the same, word for word: what differs is the model or how its reply is read.", "soft"));
  else put(box, put(el("p", null, "soft"), "- stands only in the second's, + only in the first's."), diff(q, p));
  box.append(row(n));
}
async function versus() {
  const a = +$("a").value, b = +$("b").value, box = $("versus");
  box.replaceChildren();
  if (a === b) { box.append(el("p", "Choose two different variants.", "soft")); return; }
  const won = [], lost = [], [x, y] = [ix.rows[a], ix.rows[b]], count = ix.cases.length;
  for (let n = 0; n < count; n++) {
    const d = value(x, n) - value(y, n);
    if (d > 0) won.push([d, n]); else if (d < 0) lost.push([-d, n]);
  }
  for (const list of [won, lost]) list.sort((p, q) => q[0] - p[0]);
  const mean = [...won.map(w => w[0]), ...lost.map(l => -l[0])].reduce((s, v) => s + v, 0) / count;
  const bar = el("div", null, "balance"), equal = count - won.length - lost.length;
  for (const [size, cls] of [[won.length, "won"], [equal, null], [lost.length, "lost"]]) {
    const part = el("span", null, cls);
    part.style.flexGrow = size;
    bar.append(part);
  }
  put(box, bar, el("p", "The first won " + many(won.length, "case") + ", " + equal.toLocaleString("en") + " are equal, and it lost " + lost.length.toLocaleString("en") + ": " + ix.metric + " " + (mean < 0 ? "" : "+") + mean.toFixed(3) + " a case."));
  const sides = el("div", null, "versus"), list = el("div", null, "card"), right = el("div", null, "card");
  const picks = [];
  for (const [name, sign, rows] of [["Won most by the first", "+", won], ["Lost most by the first", "-", lost]]) {
    list.append(el("h3", name));
    if (!rows.length) list.append(el("p", "none", "soft"));
    for (const [v, n] of rows.slice(0, 10)) {
      const pick = el("button", (sign === "+" ? "▲ +" : "▼ -") + v.toFixed(3) + "  " + ix.cases[n], "pick");
      pick.onclick = () => { for (const one of picks) one.setAttribute("aria-pressed", String(one === pick)); return prompts(n, a, b, right); };
      picks.push(pick);
      list.append(pick);
    }
  }
  box.append(put(sides, list, right));
  if (picks.length) await picks[0].onclick(); else await prompts(0, a, b, right);
}

(async () => {
  ix = await unpack($("index"));
  draw();
  $("find").oninput = $("kind").onchange = () => { page = 0; draw(); };
  $("prev").onclick = () => { page--; draw(); };
  $("next").onclick = () => { page++; draw(); };
  if (!$("a")) return;
  for (const id of ["a", "b"]) ix.rows.forEach((row, m) => { const o = el("option", ix.lines[row]); o.value = m; $(id).append(o); });
  $("b").value = ix.rival;
  $("a").onchange = $("b").onchange = versus;
  await versus();
})();
