"""What each server takes, and how it is told not to think: one value a server.

A preset is where asking begins, not a belief: what a server refuses is left out from then on, and
what its replies lack is noted (`palate.agent.models.capabilities`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Preset:
    """How one kind of server is asked.

    Attributes:
        size: Name of the field for the most tokens of a reply.
        temperature: Whether it takes one.
        seed: Likewise.
        logprobs: Most log-probabilities a token that it gives; 0 for none.
        schema: Whether replies can be held to a JSON schema.
        quiet: Fields that turn thinking off.
        token_ids: Whether log-probabilities of tokens of one's own choice can be had.
        thinking: Tokens that a reply needs beyond its text, where thinking cannot be turned off.
        owner: What ``owned_by`` of its models says, by which it is recognised.
    """

    name: str
    size: str = "max_tokens"
    temperature: bool = True
    seed: bool = True
    logprobs: int = 20
    schema: bool = True
    quiet: Mapping[str, object] = field(default_factory=dict)
    token_ids: bool = False
    thinking: int = 0
    owner: str = ""


_TEMPLATE = {"chat_template_kwargs": {"enable_thinking": False}}
#: How the others are told.
QUIETER = {"reasoning_effort": "none"}
#: A server that nothing is known of: the commonest dialect.
GENERIC = Preset("generic", quiet=_TEMPLATE)
PRESETS = {
    one.name: one
    for one in (
        GENERIC,
        Preset("vllm", quiet=_TEMPLATE, token_ids=True, owner="vllm"),
        Preset("sglang", quiet=_TEMPLATE, owner="sglang"),
        Preset("openai"),
        Preset(
            "openai-reasoning", size="max_completion_tokens", temperature=False, seed=False,
            logprobs=0, quiet={"reasoning_effort": "low"}, thinking=2000,
        ),
        Preset("ollama", quiet=QUIETER, owner="library"),
        Preset("llama.cpp", quiet=_TEMPLATE, owner="llamacpp"),
        Preset("lm-studio", logprobs=0, owner="organization_owner"),
    )
}  # fmt: skip
_OPENAI = "api.openai.com"
#: Names of OpenAI's models that think: o1, o3-mini, o4-mini, gpt-5 and later but its chat models.
_REASONS = re.compile(r"^(?:o\d|gpt-(?:[5-9]|\d\d)(?!.*chat))")


def preset_of(url: str, model: str, named: str = "", owner: str = "") -> Preset:
    """Returns the preset for a server and a model.

    Args:
        url: The server's base URL.
        model: Its name of the model.
        named: The preset that the settings name; empty where they leave it open.
        owner: What the server says of who serves the model, if it was asked.
    """
    if named:
        return PRESETS[named]
    if urlsplit(url).hostname == _OPENAI:
        return PRESETS["openai-reasoning" if _REASONS.match(model) else "openai"]
    known = (one for one in PRESETS.values() if one.owner and one.owner == owner)
    return next(known, GENERIC)
