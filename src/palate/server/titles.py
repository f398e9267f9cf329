"""Chores of chat clients: titles, tags and follow-ups, asked for as if a person had asked.

Open WebUI, LibreChat, LobeChat, Chatbox and others send the whole conversation once more with an
instruction such as "Generate a concise title". A recommendation is no answer to that: it is
answered from the conversation's own first words, and nothing is looked up.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

#: How clients begin: only at the front of a message, where a person's wish does not stand.
_CHORES = re.compile(
    r"^\s*(?:#{1,4}\s*task:?\s*)?"
    r"(?:(?:please\s+)?(?:generate|create|provide|write|give|suggest|summari[sz]e|analy[sz]e|"
    r"determine|detect user language and write|based on the (?:chat history|conversation)|"
    r"you are an? .{0,60}(?:summari[sz]er|title)|你是一名擅长会话的助理|"
    r"使用四到五个字直接返回这句话的简要主题))"
    r".{0,300}?"
    r"\b(title|name|tags?|follow-?up questions?|search quer(?:y|ies)|topic)\b"
    r".{0,200}?\b(conversation|chat(?: history)?|dialog(?:ue)?|exchange)\b",
    re.IGNORECASE | re.DOTALL,
)
_REVERSED = re.compile(
    r"^\s*(?:#{1,4}\s*task:?\s*)?(?:based on|summari[sz]e|analy[sz]e|given)\b.{0,80}"
    r"\b(?:conversation|chat(?: history)?|dialog(?:ue)?)\b.{0,300}?"
    r"\b(title|name|tags?|follow-?up questions?|search quer(?:y|ies)|topic)\b",
    re.IGNORECASE | re.DOTALL,
)
_CHINESE = re.compile(r"(会话|对话|聊天).{0,80}(标题|主题)|(标题|主题).{0,80}(会话|对话|聊天)")
#: A person who speaks of a conversation does so briefly; clients do not.
_LEAST = 60
_FIRST_SAID = re.compile(
    r"<chat_history>\s*(?:USER|user|Human)\s*:\s*(.+?)\s*(?:\n\s*(?:ASSISTANT|assistant|AI)\s*:|</)",
    re.DOTALL,
)  # fmt: skip
_WORDS = 6


def housekeeping(messages: Sequence[tuple[str, str]]) -> str | None:
    """Returns the answer to a chore of a client; ``None`` where a person is asking.

    Args:
        messages: Role and text, oldest first, system messages included.
    """
    task = messages[-1][1]
    kind = _kind(task)
    if kind is None and messages[0][0] == "system" and len(messages) <= 3:
        kind = _kind(messages[0][1])
    if kind is None:
        return None
    as_json = "json" in task.lower()
    if kind.startswith("tag"):
        return json.dumps({"tags": ["Recommendations"]}) if as_json else "Recommendations"
    if kind.startswith("follow"):
        return json.dumps({"follow_ups": []}) if as_json else ""
    if kind.startswith("search"):
        return json.dumps({"queries": []}) if as_json else ""
    title = _title(messages)
    return json.dumps({"title": title}, ensure_ascii=False) if as_json else title


def _kind(text: str) -> str | None:
    if len(text) >= _LEAST:
        found = _CHORES.match(text) or _REVERSED.match(text)
        if found:
            return found.group(1).lower()
    if len(text) >= 20 and text.lstrip().startswith(("你是", "使用", "请", "根据")):
        return "title" if _CHINESE.search(text) else None
    return None


def _title(messages: Sequence[tuple[str, str]]) -> str:
    """Returns the first words that the person said."""
    found = _FIRST_SAID.search(messages[-1][1])
    said = [text for role, text in messages if role == "user" and _kind(text) is None]
    first = found.group(1) if found else (said[0] if said else "")
    words = first.split()
    if not words:
        return "Recommendations"
    short = " ".join(words[:_WORDS])[:60].rstrip(".,;:!?")
    return short[:1].upper() + short[1:]
