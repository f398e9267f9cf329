"""How seven kinds of servers answer the same call: one personality each.

They differ as their makers' documentation and FAQs have it: what they refuse, what they silently
leave out, how many log-probabilities they list and in which order, how thinking is turned off.
"""

import json
import math
import re
from dataclasses import dataclass, field

_CANDIDATE = re.compile(r"^([A-Z]) (.+)$", re.MULTILINE)
_PLAIN = {
    "model", "messages", "max_tokens", "max_completion_tokens", "temperature", "seed", "stream",
    "stream_options", "response_format", "logprobs", "top_logprobs", "reasoning_effort",
}  # fmt: skip
LETTERS = [chr(65 + n) for n in range(26)]
#: Token -> its id, as `/tokenize` tells them.
TOKENS = {
    form: 100 * place + number
    for place, words in enumerate((LETTERS, [f" {one}" for one in LETTERS]), start=1)
    for number, form in enumerate(words)
} | {"Yes": 7, "No": 8, " Yes": 9, " No": 10}


@dataclass(frozen=True)
class Personality:
    """One kind of server.

    Attributes:
        owner: What it says of its models.
        extra: Fields of the entry of a model.
        strict: Refuses fields that it does not know; else they are silently ignored.
        refuses: Fields that it refuses though it knows them.
        most: Log-probabilities at most; 0 leaves them out and says nothing.
        mixed: Lists them in no order.
        named: Lists those that are named by token id.
        tokenize: Field of the text at ``/tokenize``; empty where there is none.
        quiet: Field and value that stop it from thinking; empty where it does not think.
        obeys: Keeps to a schema.
    """

    owner: str
    extra: dict = field(default_factory=dict)
    strict: bool = False
    refuses: tuple = ()
    most: int = 20
    mixed: bool = False
    named: bool = False
    tokenize: str = ""
    quiet: tuple = ()
    obeys: bool = True


_TEMPLATE = ("chat_template_kwargs", {"enable_thinking": False})
PERSONALITIES = {
    "vllm": Personality(
        "vllm", {"max_model_len": 8192}, named=True, tokenize="prompt", quiet=_TEMPLATE
    ),
    "sglang": Personality("sglang", {"max_model_len": 8192}),
    "openai": Personality("system", strict=True),
    "openai-reasoning": Personality(
        "system", strict=True, refuses=("max_tokens", "temperature", "logprobs", "top_logprobs"),
        quiet=("thinks", "always"),
    ),
    "ollama": Personality("library", quiet=("reasoning_effort", "none")),
    "llama.cpp": Personality(
        "llamacpp", {"meta": {"n_ctx_train": 4096}}, mixed=True, tokenize="content",
        quiet=_TEMPLATE,
    ),
    "lm-studio": Personality("organization_owner", most=0),
    "stubborn": Personality("nobody", most=0, obeys=False),
}  # fmt: skip


def answer(exchange, own):
    """Answers a chat completion as this kind of server does."""
    asked = exchange.asked
    unknown = [one for one in asked if own.strict and one not in _PLAIN]
    refused = [one for one in own.refuses if one in asked] + unknown
    if refused:
        text = f"Unsupported parameter: '{refused[0]}' is not supported with this model."
        if refused[0] == "max_tokens":
            text += " Use 'max_completion_tokens' instead."
        return _refuse(exchange, text, refused[0])
    if asked.get("top_logprobs", 0) > 20:
        return _refuse(exchange, "top_logprobs must be at most 20", "top_logprobs")
    text, likely = _said(exchange.messages, own, asked)
    thoughts = _thoughts(own, asked)
    most = asked.get("max_completion_tokens", asked.get("max_tokens", 10**6))
    if thoughts and most < 100:
        return _send(exchange, None, "length", thoughts, None)
    if asked.get("stream"):
        return exchange.reply(text)
    finish = "length" if len(text) > 4 * most else "stop"
    return _send(exchange, text[: 4 * most], finish, thoughts, _logprobs(likely, own, asked))


def _refuse(exchange, text, param):
    error = {"message": text, "type": "invalid_request_error", "param": param, "code": 400}
    exchange.send(400, {"error": error})


def _thoughts(own, asked):
    if not own.quiet:
        return ""
    name, value = own.quiet
    return "" if asked.get(name) == value else "Let me see. First A, then B."


def _said(messages, own, asked):
    """Returns the reply, and the first token's alternatives, likeliest first."""
    text, letters = (
        messages[-1]["content"],
        sorted(dict(_CANDIDATE.findall(messages[-1]["content"]))),
    )
    system = messages[0]["content"]
    if own.obeys and "lemon" in json.dumps(asked.get("response_format", {})):
        return '{"palate": "lemon"}', []
    if "Yes or No" in system:
        return ("Yes", ["Yes", "No"]) if len(text) % 2 else ("No", ["No", "Yes"])
    order = letters[::-1]
    if not letters:
        return ("A", ["A", "B"]) if "one letter" in text else ("Hello!", ["Hello"])
    if '"order"' in system:
        data = {"order": " ".join(order), "reasons": []}
        schema = own.obeys and "response_format" in asked
        return (json.dumps(data) if schema else f"Sure! {json.dumps(data)}"), order
    if "one letter" in system or "letter of" in system:
        return order[0], order
    return " ".join(order), order


def _logprobs(likely, own, asked):
    if not asked.get("logprobs") or not own.most:
        return None
    values = {f" {one}" if one in LETTERS else one: -0.7 * n for n, one in enumerate(likely, 1)}
    if own.named and asked.get("logprob_token_ids"):
        forms = {number: form for form, number in TOKENS.items()}
        named = [forms[one] for one in asked["logprob_token_ids"]]
        listed = [(form, values.get(form, -30.0)) for form in named]
    else:
        filler = {f"f{n}": -40.0 - n for n in range(20)}
        listed = list((values | filler).items())[: min(asked.get("top_logprobs", 0), own.most)]
    if own.mixed:
        listed = listed[1::2] + listed[::2]
    first = next(iter(values), "Hello")
    top = [{"token": token, "logprob": value, "bytes": None} for token, value in listed]
    return {"content": [{"token": first, "logprob": values.get(first, -1.0), "top_logprobs": top}]}


def _send(exchange, text, finish, thoughts, logprobs):
    data = exchange.completion(text or "", finish)
    choice = data["choices"][0]
    choice["message"] = {"role": "assistant", "content": text}
    if thoughts:
        choice["message"]["reasoning_content"] = thoughts
    choice["logprobs"] = logprobs
    assert logprobs is None or math.isfinite(logprobs["content"][0]["logprob"])
    exchange.send(200, data)


def tokens(body, own):
    """Answers ``/tokenize``; ``None`` where there is none."""
    if not own.tokenize or own.tokenize not in body:
        return None
    text = body[own.tokenize]
    return {"tokens": [TOKENS[text]] if text in TOKENS else [1, 2], "count": 1}
