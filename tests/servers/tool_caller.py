"""A model on 127.0.0.1 that calls tools as it is told to: for the chat agent's tests.

It is scripted, and no language model: for the last thing that the person said, a table holds which
tool to call with what; once the tool has answered, it says a sentence.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODEL = "tool-caller"


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        self.server.asked.append(asked)
        status, body = self.server.answer(asked)
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class ToolCaller:
    """The server, as a context manager.

    Args:
        calls: What the person said -> (tool, arguments), or a text to say without a tool.
        words: What it says after a tool has answered.
        tools: Whether it takes tools at all.
        times: How often it calls the tool in a turn before it says something.
    """

    def __init__(self, calls=None, words="These fit what you asked for.", *, tools=True, times=1):
        self.calls, self.words, self.tools, self.times = dict(calls or {}), words, tools, times
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Exchange)
        self._server.daemon_threads = True
        self._server.answer, self._server.asked = self.answer, []

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @property
    def asked(self):
        """The requests so far."""
        return self._server.asked

    def answer(self, asked):
        if asked.get("tools") and not self.tools:
            error = {"message": "tool calling is not enabled", "type": "BadRequestError"}
            return 400, {"error": error}
        if "response_format" in asked:
            return 200, _completion(asked, self._plan(asked))
        last = asked["messages"][-1]
        said = [n for n, one in enumerate(asked["messages"]) if one["role"] == "user"][-1]
        told = sum(one["role"] == "tool" for one in asked["messages"][said:])
        if told >= self.times or "Results of the tools" in str(last["content"]):
            return 200, _completion(asked, self.words)
        call = self.calls.get(_said(asked["messages"][said]), ("recommend", {}))
        if isinstance(call, str):
            return 200, _completion(asked, call)
        return 200, _completion(asked, None, call)

    def _plan(self, asked):
        call = self.calls.get(_said(asked["messages"][-1]), ("recommend", {}))
        if isinstance(call, str):
            return json.dumps({"steps": []})
        name, given = call
        text = given.get("text") or given.get("question") or given.get("action") or ""
        items = given.get("items") or ([given["item"]] if "item" in given else [])
        step = {"tool": name, "text": text, "items": items}
        return json.dumps({"steps": [step | {"constraints": given.get("constraints", [])}]})


def _said(message):
    """Returns the person's own words in a message."""
    return message["content"].split("The person says:\n")[-1]


def _completion(asked, text, call=None):
    message = {"role": "assistant", "content": text}
    if call is not None:
        name, given = call
        function = {"name": name, "arguments": json.dumps(given)}
        message["tool_calls"] = [{"id": "call_1", "type": "function", "function": function}]
    size = sum(len(str(one["content"])) for one in asked["messages"]) // 4
    usage = {"prompt_tokens": size, "completion_tokens": 10, "total_tokens": size + 10}
    finish = "tool_calls" if call is not None else "stop"
    choice = {"index": 0, "finish_reason": finish, "message": message}
    head = {"id": "c", "object": "chat.completion", "created": 0, "model": MODEL}
    return head | {"choices": [choice], "usage": usage}
