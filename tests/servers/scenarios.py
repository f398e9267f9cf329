"""What the server of ``vllm_like.py`` says: as a good model does, and as servers and proxies fail.

A scenario is a function of an exchange: it reads the call and answers it.
"""

import base64
import json
import re
import socket
import struct
import time
import urllib.parse
import zlib

KNOWN = {
    "model", "messages", "max_tokens", "max_completion_tokens", "temperature", "seed", "stream",
    "response_format", "logprobs", "top_logprobs", "n", "stop", "top_p", "user",
}  # fmt: skip
_CANDIDATE = re.compile(r"^([A-Z]) (.+)$", re.MULTILINE)

# ------------------------------------------------------------------- what a good model says


def candidates(messages):
    """Returns label -> line as the last message lists them."""
    return dict(_CANDIDATE.findall(messages[-1]["content"]))


def sentence(line, chinese):
    """Returns a reason that claims what the candidate's line holds, and nothing else."""
    title, *facts = [part.strip() for part in line.split(";")]
    name, year = re.sub(r" \(\d{4}\)$", "", title), re.search(r"\((\d{4})\)$", title)
    tags = [tag.strip() for tag in facts[0].split(",")] if facts else []
    if chinese:
        made = f"，{year[1]}年的作品" if year else ""
        return f"《{name}》{made}，属于{tags[0]}。" if tags else f"《{name}》{made}合你的口味。"
    made = f" from {year[1]}" if year else ""
    kinds = " and ".join(tags[:2])
    return f"{name}{made} offers you {kinds}." if kinds else f"{name}{made} may be for you."


def reasons(lines, messages):
    """Returns a reason for each of the lines."""
    chinese = "Chinese" in messages[0]["content"]
    return [{"label": label, "reason": sentence(line, chinese)} for label, line in lines]


def ranking(messages):
    """Returns the reply that ``rank/listwise`` and ``explain`` ask for: the order, reversed."""
    lines, system = candidates(messages), messages[0]["content"]
    if "one letter" in system:
        return sorted(lines)[-1]
    if "every letter once, best first, separated by spaces, and nothing" in system:
        return " ".join(sorted(lines, reverse=True))
    if '"order"' not in messages[0]["content"]:
        return {"reasons": reasons(lines.items(), messages)}
    order = sorted(lines, reverse=True)
    first = [(label, lines[label]) for label in order[:5]]
    return {"order": " ".join(order), "reasons": reasons(first, messages)}


def said(data):
    """Returns the reply as text."""
    if isinstance(data, str):
        return data
    return json.dumps(data, ensure_ascii=False)


def changed(how):
    """Makes a scenario that answers with the good order, changed."""

    def answer(exchange):
        data = ranking(exchange.messages)
        if isinstance(data, str):
            exchange.reply(" ".join(how(data.split())))
            return
        data["order"] = " ".join(how(data["order"].split()))
        exchange.reply(said(data))

    return answer


def thinking(exchange):
    """A draft inside the thinking, the answer after it."""
    data = ranking(exchange.messages)
    order = data if isinstance(data, str) else data.get("order", "")
    draft = {"order": " ".join(reversed(order.split())), "reasons": []}
    exchange.reply(f"<think>First guess: {said(draft)} Hmm.</think>\n{said(data)}")


def cut(exchange):
    """The token limit cuts the reply inside a reason."""
    text = said(ranking(exchange.messages))
    exchange.reply(text[: int(len(text) * 0.6)], finish="length")


def huge(exchange):
    """200 KB: the answer, then a flood of brackets."""
    exchange.reply(said(ranking(exchange.messages)) + "[{" * 100_000)


# ------------------------------------------------------------------------ how servers fail


def status(code, message, kind="BadRequestError", headers=(), then_good=False, param=None):
    """Makes a scenario that refuses: always, or the first time only."""

    def answer(exchange):
        if then_good and exchange.number > 1:
            return good(exchange)
        error = {"message": message.replace("KEY", exchange.key), "type": kind, "param": param}
        return exchange.send(code, {"error": {**error, "code": code}}, dict(headers))

    return answer


def body(content, kind="application/json"):
    """Makes a scenario that answers 200 with these bytes."""
    return lambda exchange: exchange.send(
        200, content.replace(b"KEY", exchange.key.encode()), {"Content-Type": kind}
    )


def shaped(**changes):
    """Makes a scenario whose one choice differs; ``None`` takes a part away."""

    def answer(exchange):
        data = exchange.completion(said(ranking(exchange.messages)))
        choice = data["choices"][0]
        for name, value in changes.items():
            place = choice["message"] if name in ("content", "refusal") else choice
            place[name] = value
            if value is None and name != "content":
                del place[name]
        exchange.send(200, data)

    return answer


def strict(exchange):
    """Refuses what it does not know, as OpenAI does with its reasoning models."""
    asked = exchange.asked
    unknown = [name for name in asked if name not in KNOWN]
    if unknown:
        text, field = f"Unrecognized request argument supplied: {unknown[0]}", unknown[0]
    elif "max_tokens" in asked:
        field = "max_tokens"
        text = (
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
            "'max_completion_tokens' instead."
        )
    elif asked.get("temperature", 1) != 1:
        field = "temperature"
        text = "Unsupported value: 'temperature' does not support 0 with this model."
    else:
        return good(exchange)
    return status(400, text, "invalid_request_error", param=field)(exchange)


def no_schema(exchange):
    """Refuses a schema by the name of its own part, and tells the key on the way."""
    if "response_format" in exchange.asked:
        return status(400, "Failed to parse grammar for KEY")(exchange)
    return status(503, "loading", "ServiceUnavailable")(exchange)


def drip(exchange):
    """A byte now and then: no single read ever times out."""
    content = json.dumps(exchange.completion("x")).encode()
    exchange.begin(200, len(content))
    for byte in content:
        exchange.write(bytes([byte]))
        if exchange.server.stopping.wait(0.1):
            return


def endless(exchange):
    """A body that never ends."""
    exchange.begin(200, 10**12)
    while not exchange.server.stopping.is_set() and not exchange.close_connection:
        exchange.write(b"x" * 65_536)


def bomb(exchange):
    """200 MB of blanks, as 200 KB of gzip."""
    # After a full flush a block stands alone, and may be repeated: nobody packs 200 MB here.
    packer = zlib.compressobj(9, wbits=31)
    first, again = (
        packer.compress(b" " * 1_000_000) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2)
    )
    exchange.send(200, first + 199 * again, {"Content-Encoding": "gzip"})


def packed(exchange):
    """A good reply from behind a proxy that compresses, asked or not."""
    content = json.dumps(exchange.completion(said(ranking(exchange.messages)))).encode()
    packer = zlib.compressobj(wbits=31)
    packed = packer.compress(content) + packer.flush()
    exchange.send(200, packed, {"Content-Encoding": "gzip"})


def echo(form):
    """Makes a scenario that repeats the key in another form."""

    def answer(exchange):
        told = form(exchange.headers.get("Authorization", "").encode())
        exchange.send(200, {"error": {"message": f"no credit left for {told}"}})

    return answer


def silent(exchange):
    """Takes the question and never answers."""
    exchange.server.stopping.wait(60)


def stalled(exchange):
    """Half of the reply, then nothing more."""
    content = json.dumps(exchange.completion("x")).encode()
    exchange.begin(200, len(content))
    exchange.write(content[: len(content) // 2])
    exchange.server.tell("half of a reply is out")
    exchange.server.stopping.wait(60)


def reset(exchange):
    """Half of the reply, then a reset of the connection."""
    content = json.dumps(exchange.completion("x")).encode()
    exchange.begin(200, len(content))
    exchange.write(content[: len(content) // 2])
    exchange.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    exchange.close_connection = True


def cut_chunks(exchange):
    """A chunked body whose last chunk never comes: the connection ends."""
    exchange.send_response(200)
    exchange.send_header("Content-Type", "application/json")
    exchange.send_header("Transfer-Encoding", "chunked")
    exchange.end_headers()
    content = json.dumps(exchange.completion("x")).encode()[:200]
    exchange.write(b"%x\r\n%s\r\n" % (len(content), content))
    exchange.close_connection = True


def good(exchange):
    """The order reversed, and five reasons."""
    exchange.reply(said(ranking(exchange.messages)))


_TOO_LONG = (
    "'max_tokens' or 'max_completion_tokens' is too large: 400. This model's maximum context "
    "length is 512 tokens and your request has 1054 input tokens (400 > 512 - 1054)."
)
_EVENTS = "text/event-stream"
_SOON = (("Retry-After", "0.1"),)

SCENARIOS = {
    "good": good,
    "fenced": lambda x: x.reply(f"Here you are:\n```json\n{said(ranking(x.messages))}\n```\nBye!"),
    "think": thinking,
    "missing": changed(lambda order: order[:4]),
    "duplicates": changed(lambda order: [label for label in order for _ in range(2)]),
    "foreign": changed(lambda order: ["Z", "Y", *order, "7"]),
    "letters": lambda x: x.reply(" ".join(sorted(candidates(x.messages), reverse=True))),
    "garbage": lambda x: x.reply("I would gladly help you find something to watch tonight."),
    "huge": huge,
    "cut": cut,
    "slow": lambda x: (time.sleep(0.3), good(x)),
    "busy-then-good": status(429, "busy", "RateLimitError", _SOON, then_good=True),
    "busy-absurd": status(429, "busy", "RateLimitError", [("Retry-After", "1e300")]),
    "busy-words": status(429, "busy", "RateLimitError", [("Retry-After", "soon, -5")]),
    "busy-long": status(429, "busy", "RateLimitError", [("Retry-After", "100")]),
    "down-then-good": status(503, "loading", "ServiceUnavailable", then_good=True),
    "down": status(503, "loading", "ServiceUnavailable"),
    "no-retry": status(503, "no", "ServerError", [("x-should-retry", "false")]),
    "too-long": status(400, _TOO_LONG),
    "strict": strict,
    "no-schema": no_schema,
    "wrong-key": status(401, "Incorrect API key provided: KEY."),
    "key-in-error": status(500, "no credit left for KEY", "ServerError"),
    "key-in-body": body(b"Bearer KEY is not known here"),
    "key-in-200": body(b'{"error": {"message": "no credit left for KEY"}}'),
    "half-json": body(b'{"id": "chatcmpl-1", "choices": [{"index": 0, "mess'),
    "html": body(b"<html><body>502 Bad Gateway</body></html>", "text/html"),
    "bad-utf8": body(b'{"choices": [{"message": {"content": "\xff\xfe\xfa"}}]}'),
    "not-an-object": body(b"[1, 2, 3]"),
    "deep": body(b"[" * 50_000),
    "nothing": body(b""),
    "cut-chunks": cut_chunks,
    "events-with-error": body(b'data: {"error": {"message": "CUDA out of memory"}}\n\n', _EVENTS),
    "events-no-finish": body(b'data: {"choices": [{"delta": {"content": "A"}}]}\n\n', _EVENTS),
    "events-bad-utf8": body(
        b'data: {"choices": [{"delta": {"content": "\xff\xfe"}}]}\n\n', _EVENTS
    ),
    "no-choices": body(b'{"id": "chatcmpl-1", "object": "chat.completion", "choices": []}'),
    "error-in-200": body(b'{"error": {"message": "CUDA out of memory"}}'),
    "packed": packed,
    "bomb": bomb,
    "packed-oddly": lambda x: x.send(200, b"?", {"Content-Encoding": "br"}),
    "echo-base64": echo(lambda told: base64.b64encode(told).decode()),
    "echo-quoted": echo(lambda told: urllib.parse.quote(told, safe="")),
    "bad-gzip": lambda x: x.send(200, b"not gzip", {"Content-Encoding": "gzip"}),
    "no-finish": shaped(finish_reason=None),
    "filtered": shaped(finish_reason="content_filter"),
    "refused": shaped(content=None, refusal="I cannot help with that."),
    "empty": shaped(content=""),
    "no-content": shaped(content=None),
    "only-thoughts": shaped(content=None, finish_reason="length"),
    "odd-content": shaped(content=[1, 2]),
    "drip": drip,
    "endless": endless,
    "silent": silent,
    "stalled": stalled,
    "reset": reset,
}

# ------------------------------------------------------------------- how streams fail


def broken(end):
    """Makes a scenario that streams half of a good reply, and ends as it should not."""

    def answer(exchange):
        if not exchange.asked.get("stream"):
            return good(exchange)
        text = said(ranking(exchange.messages))
        exchange.open_stream()
        exchange.event(choices=[exchange.delta(content=text[: len(text) // 2])])
        return end(exchange)

    return answer


def closed(exchange, last=b""):
    """Ends the body as if all was said."""
    if last:
        exchange.chunk(last)
    exchange.write(b"0\r\n\r\n")


def hung_up(exchange):
    """Ends the connection in the middle of the body."""
    exchange.close_connection = True


def thrown_off(exchange):
    """Resets the connection in the middle of the body."""
    linger = struct.pack("ii", 1, 0)
    exchange.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    exchange.close_connection = True


def finished(reason, **delta):
    """Makes an end with this finish reason."""

    def end(exchange):
        exchange.event(choices=[exchange.delta(reason, **delta)])
        closed(exchange, b"data: [DONE]\n\n")

    return end


def now_and_then(exchange):
    """A comment now and then, and never the rest."""
    while not exchange.server.stopping.wait(0.1) and not exchange.close_connection:
        exchange.chunk(b": still here\n\n")


def without_end(exchange):
    """Pieces that never end, as fast as they go."""
    piece = json.dumps({"choices": [{"delta": {"content": "x" * 60_000}}]}).encode()
    while not exchange.server.stopping.is_set() and not exchange.close_connection:
        exchange.chunk(b"data: " + piece + b"\n\n")


#: Sound where no stream is asked for.
STREAMS = {
    "stream-no-finish": broken(closed),
    "stream-done-only": broken(lambda x: closed(x, b"data: [DONE]\n\n")),
    "stream-hung-up": broken(hung_up),
    "stream-reset": broken(thrown_off),
    "stream-error": broken(
        lambda x: (x.event(error={"message": f"no memory for {x.key}"}), closed(x))
    ),
    "stream-bad-utf8": broken(lambda x: closed(x, b'data: {"choices": "\xff\xfe"}\n\n')),
    "stream-half-event": broken(lambda x: closed(x, b'data: {"choices": [{"del')),
    "stream-not-json": broken(lambda x: closed(x, b"data: <html>502</html>\n\n")),
    "stream-not-object": broken(lambda x: closed(x, b"data: [1]\n\n")),
    "stream-filtered": broken(finished("content_filter")),
    "stream-odd-finish": broken(finished("tired")),
    "stream-refused": broken(finished(None, refusal="I cannot help with that.")),
    "stream-stalled": broken(lambda x: x.server.stopping.wait(60)),
    "stream-drip": broken(now_and_then),
    "stream-endless": broken(without_end),
    "stream-length": broken(finished("length")),
    "stream-odd-choices": broken(
        lambda x: (x.event(choices=[None]), x.event(choices=[{"delta": 7}]), finished("stop")(x))
    ),
}
