// What every part of the page uses: elements made of text, and calls to the service.

/** Makes an element. Text becomes a text node, whatever it holds: nothing is ever parsed as markup. */
export function el(name, given = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "text") made.textContent = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...inside.filter((one) => one !== null && one !== undefined));
  return made;
}

export const byId = (id) => document.getElementById(id);

/** Says something for a moment, also to a screen reader. */
export function say(text) {
  const line = byId("status");
  line.textContent = text;
  line.classList.add("on");
  clearTimeout(say.timer);
  say.timer = setTimeout(() => line.classList.remove("on"), 4000);
}

export class Fault extends Error {
  constructor(status, problem) {
    super(problem.detail || `The service answered ${status}.`);
    this.status = status;
  }
}

/** Calls the service and returns its answer, or throws a Fault that says why there is none. */
export async function call(method, path, body) {
  const answer = await send(method, path, body);
  return answer.json();
}

export async function send(method, path, body, signal) {
  const given = { method, signal, headers: {}, credentials: "same-origin" };
  if (body !== undefined) {
    given.body = JSON.stringify(body);
    given.headers["Content-Type"] = "application/json";
  }
  let answer;
  try {
    answer = await fetch(path, given);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Fault(0, { detail: "The service does not answer. Is `palate serve` running?" });
  }
  if (!answer.ok) throw new Fault(answer.status, await answer.json().catch(() => ({})));
  return answer;
}

/** Yields [event, data] of a stream of server-sent events. */
export async function* events(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let kept = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    kept += value;
    let end;
    while ((end = kept.indexOf("\n\n")) >= 0) {
      const block = kept.slice(0, end);
      kept = kept.slice(end + 2);
      let event = "message", data = "";
      for (const line of block.split("\n")) {
        if (line.startsWith("event: ")) event = line.slice(7);
        if (line.startsWith("data: ")) data += line.slice(6);
      }
      yield [event, JSON.parse(data)];
    }
  }
}

export const path = (...parts) => parts.map(encodeURIComponent).join("/");
