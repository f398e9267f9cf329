"""A server on 127.0.0.1 that answers as vLLM does, and fails as real servers and proxies do.

    python tests/servers/vllm_like.py --port 0 [--scenario NAME] [--model NAME]

prints its URL. Without ``--scenario`` the path chooses: ``http://HOST:PORT/as/NAME/v1`` answers
with that scenario; ``/as/NAME~ANYTHING/v1`` keeps a count of its own, for scenarios that change
with the second call. As a fixture: ``with VllmLike() as server: server.url("good")``.
"""

import argparse
import json
import math
import random
import re
import runpy
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_SPOKEN = runpy.run_path(str(Path(__file__).with_name("scenarios.py")))
SCENARIOS, STREAMS = _SPOKEN["SCENARIOS"], _SPOKEN["STREAMS"]
candidates = _SPOKEN["candidates"]
_KINDS = runpy.run_path(str(Path(__file__).with_name("personalities.py")))
PERSONALITIES = _KINDS["PERSONALITIES"]
MODEL = "vllm-like"
_ROUTE = re.compile(r"^(?:/as/([\w.-]+)(?:~[\w.-]*)?)?/(?:v1/)?(models|chat/completions|tokenize)$")


class Exchange(BaseHTTPRequestHandler):
    """One request, and the ways to answer it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        found = _ROUTE.match(self.path)
        if not found or found[2] != "models":
            return self.send(404, {"detail": "Not Found"})
        own = PERSONALITIES.get(found[1])
        model = {"id": self.server.model, "object": "model"}
        kept = {"owned_by": own.owner, **own.extra} if own else {"owned_by": "vllm-like"}
        return self.send(200, {"object": "list", "data": [model | kept]})

    def do_POST(self):
        size = int(self.headers.get("Content-Length", 0))
        self.asked, found = json.loads(self.rfile.read(size)), _ROUTE.match(self.path)
        own = PERSONALITIES.get(found[1]) if found else None
        if own and found[2] == "tokenize" and (told := _KINDS["tokens"](self.asked, own)):
            return self.send(200, told)
        if not found or found[2] != "chat/completions":
            return self.send(404, {"detail": "Not Found"})
        self.key = self.headers.get("Authorization", "").removeprefix("Bearer ")
        self.messages = self.asked["messages"]
        self.number = self.server.note(self.path, self.asked)
        if self.asked.get("model") != self.server.model:
            text = f"The model `{self.asked.get('model')}` does not exist."
            error = {"message": text, "type": "NotFoundError", "param": "model", "code": 404}
            return self.send(404, {"error": error})
        if own:
            return _KINDS["answer"](self, own)
        return (SCENARIOS | STREAMS)[self.server.scenario or found[1] or "good"](self)

    def reply(self, text, finish="stop"):
        """Answers with a text, cut where ``max_tokens`` ends it."""
        most = self.asked.get("max_tokens", self.asked.get("max_completion_tokens", 10**9))
        if finish == "stop" and len(text) // 4 > most and len(text) < 100_000:
            text, finish = text[: 4 * most], "length"
        if self.asked.get("stream"):
            self.open_stream()
            for piece in re.findall(r".{1,24}", text, re.DOTALL):
                self.event(choices=[self.delta(content=piece)])
            self.end_stream(finish, text)
            return
        self.send(200, self.completion(text, finish))

    def open_stream(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.event(choices=[self.delta(role="assistant", content="")])

    def delta(self, finish=None, **delta):
        return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}

    def event(self, **data):
        """Sends one event of a stream."""
        head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": self.server.model}
        text = (data.get("error") and data) or head | data
        self.chunk(b"data: " + json.dumps(text, ensure_ascii=False).encode() + b"\n\n")

    def chunk(self, data):
        self.write(b"%x\r\n%s\r\n" % (len(data), data))

    def end_stream(self, finish, text=""):
        self.event(choices=[self.delta(finish)])
        if self.asked.get("stream_options", {}).get("include_usage"):
            self.event(choices=[], usage=self.completion(text)["usage"])
        self.chunk(b"data: [DONE]\n\n")
        self.write(b"0\r\n\r\n")

    def completion(self, text, finish="stop"):
        prompt = sum(len(message["content"]) for message in self.messages) // 4
        return {
            "id": f"chatcmpl-{random.getrandbits(64):x}",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": self.asked["model"],
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": text, "tool_calls": []},
                    "logprobs": self.logprobs(text),
                    "finish_reason": finish,
                    "stop_reason": None,
                }
            ],
            "usage": {
                "prompt_tokens": prompt,
                "completion_tokens": len(text) // 4,
                "total_tokens": prompt + len(text) // 4,
                "prompt_tokens_details": {"cached_tokens": prompt // 16 * 16 // 2},
            },
        }

    def logprobs(self, text):
        """The first token's: each letter half as likely as the one that ranks before it."""
        if not self.asked.get("logprobs"):
            return None
        most = self.asked.get("top_logprobs", 0)
        letters = sorted(candidates(self.messages), reverse=True)[:most]
        listed = [
            {"token": f" {one}", "logprob": math.log(0.5) * n} for n, one in enumerate(letters, 1)
        ]
        return {"content": [{"token": text, "logprob": -0.5, "top_logprobs": listed}]}

    def send(self, code, content, headers=None):
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.begin(code, len(data), headers or {})
        self.write(data)

    def begin(self, code, length, headers=None):
        self.send_response(code)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def write(self, data):
        try:
            self.wfile.write(data)
        except OSError:
            self.close_connection = True

    def log_message(self, *args):
        pass


class VllmLike(ThreadingHTTPServer):
    """The server in a thread of its own, as a context manager; ``asked`` holds what came in."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port=0, scenario=None, model=MODEL):
        super().__init__(("127.0.0.1", port), Exchange)
        self.scenario, self.model, self.asked, self.spoken = scenario, model, [], False
        self.stopping, self._lock, self._numbers = threading.Event(), threading.Lock(), {}

    def url(self, scenario="good", count=""):
        """Returns the base URL of a scenario, with a count of calls of its own."""
        return f"http://127.0.0.1:{self.server_port}/as/{scenario}~{count}/v1"

    def tell(self, text):
        """Says on stdout how far it is, where the server is a process of its own."""
        if self.spoken:
            sys.stdout.write(f"{text}\n")
            sys.stdout.flush()

    def note(self, path, asked):
        """Remembers a call; returns its number, from 1, on this path."""
        with self._lock:
            self.asked.append(asked)
            self._numbers[path] = self._numbers.get(path, 0) + 1
            return self._numbers[path]

    def handle_error(self, request, client_address):
        """A client that hung up is no news."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def __enter__(self):
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.shutdown()
        self._thread.join()
        self.server_close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--scenario", choices=sorted(SCENARIOS | STREAMS))
    parser.add_argument("--model", default=MODEL)
    asked = parser.parse_args()
    server = VllmLike(asked.port, asked.scenario, asked.model)
    server.spoken = True
    server.tell(f"http://127.0.0.1:{server.server_port}/v1")
    server.serve_forever(0.05)


if __name__ == "__main__":
    main()
