"""Chores of chat clients: titles, tags, follow-ups and more, asked for as if a person had asked.

Open WebUI, LibreChat, LobeChat, NextChat, Cherry Studio, Chatbox and others send the whole
conversation once more with an instruction such as "Generate a concise title". A recommendation is
no answer to that: it is answered from the conversation's own first words, or with nothing where
nothing is an answer, and nothing is looked up.
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
    r".{0,200}?\b(conversation|chat(?: history)?|dialog(?:ue)?|exchange|session)\b",
    re.IGNORECASE | re.DOTALL,
)
_REVERSED = re.compile(
    r"^\s*(?:#{1,4}\s*task:?\s*)?(?:based on|summari[sz]e|analy[sz]e|given)\b.{0,80}"
    r"\b(?:conversation|chat(?: history)?|dialog(?:ue)?|session)\b.{0,300}?"
    r"\b(title|name|tags?|follow-?up questions?|search quer(?:y|ies)|topic)\b",
    re.IGNORECASE | re.DOTALL,
)
_CHINESE = re.compile(
    r"(会话|对话|聊天).{0,80}(标题|主题)|(标题|主题).{0,80}(会话|对话|聊天)|返回这句话的简要主题"
)
#: Too short for the rules above, or of a wording that nobody else uses.
_FIXED = tuple(
    (kind, re.compile(r"\s*(?:#{1,4}\s*task:?\s*)?" + pattern, re.IGNORECASE | re.DOTALL))
    for kind, pattern in (
        ("title", r"(?:please )?(?:generate|create|write) an? .{0,30}(?:title|name) for "
                  r"(?:this|the|our) (?:chat|conversation)\b"),
        ("completion", r"you are an autocompletion system\b"),
        ("emoji", r"your task is to reflect the speaker's likely facial expression\b"),
        ("picture", r"generate a detailed prompt for a[mn]? image generation task\b"),
        ("tools", r"available tools:.{0,100000}\breturn\b"),
        ("merge", r"you have been provided with a set of responses from various models\b"),
        ("summary", r"summari[sz]e the (?:discussion|conversation|chat) briefly in \d+ words\b"),
    )
)  # fmt: skip
#: Kind -> what is answered where JSON is asked for, and where not.
_ANSWERS: dict[str, tuple[dict[str, list[str] | str], str]] = {
    "tag": ({"tags": ["Recommendations"]}, "Recommendations"),
    "follow": ({"follow_ups": []}, ""),
    "search": ({"queries": []}, ""),
    "completion": ({"text": ""}, ""),
    "picture": ({"prompt": ""}, ""),
    "tools": ({"tool_calls": []}, ""),
    "emoji": ({"emoji": "\N{SLIGHTLY SMILING FACE}"}, "\N{SLIGHTLY SMILING FACE}"),
    "merge": ({}, "Answers of other models are not merged here."),
}
#: A person who speaks of a conversation does so briefly; clients do not.
_LEAST = 60
#: Where a conversation that is quoted begins, and where its first message ends.
_BEGINS = re.compile(r"(?:<chat_history>\s*|\n[ \t]*)(?:user|human)[ \t]*:", re.IGNORECASE)
_ENDS = re.compile(r"\n[ \t]*(?:assistant|ai)[ \t]*:|</", re.IGNORECASE)
#: Words of a title; characters of a summary.
_WORDS, _SUMMARY = 6, 1200


def housekeeping(messages: Sequence[tuple[str, str]]) -> str | None:
    """Returns the answer to a chore of a client; ``None`` where a person is asking.

    Args:
        messages: Role and text, oldest first, system messages included.
    """
    task = messages[-1][1]
    kind = _kind(task)
    if kind is None and messages[0][0] == "system" and len(messages) <= 3:
        task = messages[0][1]
        kind = _kind(task)
    if kind is None:
        return None
    as_json = "json" in task.lower()
    for name, (data, plain) in _ANSWERS.items():
        if kind.startswith(name):
            return json.dumps(data, ensure_ascii=False) if as_json and data else plain
    if kind == "summary":
        return " / ".join(_said(messages))[:_SUMMARY]
    title = _title(messages)
    return json.dumps({"title": title}, ensure_ascii=False) if as_json else title


def _kind(text: str) -> str | None:
    for kind, pattern in _FIXED:
        if pattern.match(text):
            return kind
    if len(text) >= _LEAST:
        found = _CHORES.match(text) or _REVERSED.match(text)
        if found:
            return found.group(1).lower()
    if len(text) >= 20 and text.lstrip().startswith(("你是", "使用", "请", "根据", "总结")):
        return "title" if _CHINESE.search(text) else None
    return None


def _said(messages: Sequence[tuple[str, str]]) -> list[str]:
    """Returns what the person said."""
    return [text for role, text in messages if role == "user" and _kind(text) is None]


def _title(messages: Sequence[tuple[str, str]]) -> str:
    """Returns the first words that the person said."""
    quoted, said = _BEGINS.search(messages[-1][1]), _said(messages)
    if quoted:
        first = _ENDS.split(messages[-1][1][quoted.end() :], maxsplit=1)[0]
    else:
        first = said[0] if said else ""
    words = first.split()
    if not words:
        return "Recommendations"
    short = " ".join(words[:_WORDS])[:60].rstrip(".,;:!?")
    return short[:1].upper() + short[1:]
