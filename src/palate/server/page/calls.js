// Calls to the service, and the stream of events that an answer comes in.

/** Why there is no answer. `kind` is the problem's stable name, `status` 0 where nobody answered. */
export class Fault extends Error {
  constructor(status, problem = {}, wait = 0) {
    super(problem.detail || "");
    this.status = status;
    this.kind = String(problem.type || "").split(":").pop();
    this.request = problem.request || "";
    this.wait = wait;
  }
}

export const path = (...parts) => parts.map(encodeURIComponent).join("/");

/** Calls the service and returns its answer. Throws a Fault. */
export async function call(method, place, body) {
  const answer = await send(method, place, body);
  return answer.json();
}

/** Calls the service and returns the response; a session that is over is told to the page. An abort of `signal` is thrown as it is. */
export async function send(method, place, body, signal) {
  const given = { method, signal, headers: {}, credentials: "same-origin" };
  if (body !== undefined) {
    given.body = JSON.stringify(body);
    given.headers["Content-Type"] = "application/json";
  }
  let answer;
  try {
    answer = await fetch(place, given);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Fault(0);
  }
  if (answer.ok) return answer;
  if (answer.status === 401) document.dispatchEvent(new CustomEvent("session-over"));
  const problem = await answer.json().catch(() => ({}));
  throw new Fault(answer.status, problem, Number(answer.headers.get("Retry-After")) || 0);
}

/** Yields [event, data] of a stream of server-sent events; throws a Fault where it breaks off. */
export async function* events(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let kept = "";
  for (;;) {
    let read;
    try {
      read = await reader.read();
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Fault(0, { type: "broken-off" });
    }
    if (read.done) return;
    kept += read.value;
    let end;
    while ((end = kept.indexOf("\n\n")) >= 0) {
      yield eventOf(kept.slice(0, end));
      kept = kept.slice(end + 2);
    }
  }
}

function eventOf(block) {
  let event = "message", data = "";
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) event = line.slice(7);
    if (line.startsWith("data: ")) data += line.slice(6);
  }
  return [event, JSON.parse(data)];
}
