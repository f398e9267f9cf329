"""From a model's reply to an opinion: strict first, then bounded repair, and never an invented id.

Order of attempts: the JSON object that was asked for; the same mended by json-repair (only for
replies short and flat enough to be mended quickly); lines of labels in free text; lists of titles.
Labels keep their order; a second mention and an unknown label are dropped. Every step off the
straight path is listed in ``Opinion.repairs``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from palate.domain import Opinion
from palate.prompts.parse_list import parse_list

#: Longer replies are cut: no honest reply is longer, and repair takes time by the character.
MAX_REPLY = 32_768
#: json-repair is recursive: deeper nesting is no reply of ours.
MAX_BRACKETS = 64
#: ... and its time grows with the square of the length.
MAX_MENDED = 4_000

_THINKING = re.compile(r"<(think|thinking|reasoning)>.*?(</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_UNOPENED = re.compile(r"\A.*</(think|thinking|reasoning)>", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"```[a-zA-Z]*\n?(.*?)(?:```|\Z)", re.DOTALL)
_NUMBERING = re.compile(r"^\s*(?:[-*•]\s*)?(?:\d{1,3}[.):]\s*)?")
_BRACKETED = re.compile(r"^[\[(*\"'`]*([A-Z])[\])*\"'`]*(?=$|[\s:;.,>|)\]=-])")
_LETTER = re.compile(r"[A-Z]")
_ROW = re.compile(r"[A-Z](?:[ ,>\n]{1,3}[A-Z]){0,60}\.?")
_BETWEEN = re.compile(r"^[\s,;>|\[\]().*\"'`=-]*$")


@dataclass(frozen=True)
class Titles:
    """Titles by which a reply may name items instead of by labels.

    Attributes:
        inside: Item id -> title, of the candidates.
        outside: Titles that are known and are none of theirs, such as the history's.
    """

    inside: Mapping[str, str] = field(default_factory=dict)
    outside: tuple[str, ...] = ()


@dataclass
class _Reading:
    """What has been read so far, and what had to be mended."""

    labels: Mapping[str, str]
    order: list[str] = field(default_factory=list)
    repairs: list[str] = field(default_factory=list)
    foreign: int = 0
    repeated: int = 0
    outside: int = 0

    def take(self, label: str) -> None:
        """Places a label, unless it is unknown or placed already."""
        item = self.labels.get(label)
        if item is None:
            self.foreign += 1
        elif item in self.order:
            self.repeated += 1
        else:
            self.order.append(item)

    def opinion(self, reasons: Mapping[str, str]) -> Opinion:
        """Closes the reading: counts become repairs in words."""
        missing = len(self.labels) - len(self.order)
        counts = (
            (self.foreign, "unknown labels dropped"),
            (self.repeated, "repeated labels dropped"),
            (self.outside, "titles of the history dropped"),
            (missing if self.order else 0, "labels missing"),
        )
        self.repairs += [f"{count} {what}" for count, what in counts if count]
        return Opinion(tuple(self.order), reasons=reasons, repairs=tuple(self.repairs))


def parse_listwise(reply: str, labels: Mapping[str, str], titles: Titles = Titles()) -> Opinion:
    """Reads an order of labels, with reasons where there are any.

    Args:
        reply: The model's text, whatever it is.
        labels: Label -> item id, as in the prompt.
        titles: Of those items, and of others that the prompt names.

    Returns:
        An opinion whose order may be empty; it never holds an id that is not in ``labels``.
    """
    reading = _Reading(labels)
    text = _visible(reply, reading.repairs)
    data = _json_object(text, reading.repairs)
    if data is None:
        _read_lines(text, reading)
        if not reading.order:
            _read_list(text, reading, titles)
        return reading.opinion({})
    for label in _labels_of(data.get("order", data.get("ranking", ""))):
        reading.take(label)
    return reading.opinion(_reasons(data.get("reasons"), labels))


def parse_labels(reply: str, labels: Mapping[str, str], titles: Titles = Titles()) -> Opinion:
    """Reads a row of letters: ``C A B``, also ``C > A > B`` or with commas.

    Args:
        reply: The model's text, whatever it is; what is no row is read as `parse_listwise` does.
        labels: Label -> item id, as in the prompt.
        titles: Of those items, and of others that the prompt names.
    """
    row = reply.strip()
    if not _ROW.fullmatch(row):
        return parse_listwise(reply, labels, titles)
    reading = _Reading(labels)
    for label in _LETTER.findall(row):
        reading.take(label)
    return reading.opinion({})


def parse_reasons(reply: str, labels: Mapping[str, str]) -> dict[str, str]:
    """Reads sentences by label.

    Returns:
        Item id -> sentence; items without a usable sentence are left out.
    """
    data = _json_object(_visible(reply, []), [])
    return _reasons(data.get("reasons"), labels) if data else {}


def json_object(reply: str) -> dict[str, object] | None:
    """Returns the JSON object of a reply, thinking and the text around it aside; or ``None``."""
    return _json_object(_visible(reply, []), [])


def _visible(reply: str, repairs: list[str]) -> str:
    """Removes the thinking, which may hold a draft of the ranking, and cuts what is too long."""
    if len(reply) > MAX_REPLY:
        reply = reply[:MAX_REPLY]
        repairs.append(f"reply cut at {MAX_REPLY} characters")
    text = _UNOPENED.sub("", _THINKING.sub("", reply))
    if text != reply:
        repairs.append("thinking removed")
    return text.strip()


def _json_object(text: str, repairs: list[str]) -> dict[str, object] | None:
    for candidate in (text, *_FENCE.findall(text)[:3], _outermost(text)):
        data = _loads(candidate)
        if data is not None:
            if candidate is not text:
                repairs.append("text around the JSON removed")
            return data
    return _mended(_outermost(text) or text, repairs)


def _outermost(text: str) -> str:
    start, end = text.find("{"), text.rfind("}")
    if start < 0:
        return ""
    return text[start : end + 1] if end > start else text[start:]


def _loads(text: str) -> dict[str, object] | None:
    if not text.lstrip().startswith("{"):
        return None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _mended(text: str, repairs: list[str]) -> dict[str, object] | None:
    text = text[:MAX_MENDED]
    if not text.startswith("{") or text.count("{") + text.count("[") > MAX_BRACKETS:
        return None
    import json_repair

    try:
        data = json_repair.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or not {"order", "ranking", "reasons"} & data.keys():
        return None
    repairs.append("JSON mended")
    return data


def _labels_of(value: object) -> Iterable[str]:
    if isinstance(value, str):
        # Letters that stand alone: "A B", "A>B", "A, B"; a word is not a row of labels.
        return re.findall(r"(?<![^\W_])[A-Z](?![^\W_])", value)
    if isinstance(value, list):
        return [label for entry in value for label in _entry(entry)]
    return []


def _entry(entry: object) -> list[str]:
    if isinstance(entry, dict):
        entry = entry.get("label", "")
    match = _BRACKETED.match(entry.strip()) if isinstance(entry, str) else None
    return [match[1]] if match else []


def _reasons(value: object, labels: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for label, sentence in _pairs(value):
        item = labels.get(label)
        if item is not None and item not in found and sentence.strip():
            found[item] = " ".join(sentence.split())[:400]
    return found


def _pairs(value: object) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        value = [{"label": label, "reason": reason} for label, reason in value.items()]
    entries = value if isinstance(value, list) else []
    return [
        (label, str(entry["reason"]))
        for entry in entries
        if isinstance(entry, dict) and isinstance(entry.get("reason"), str)
        for label in _entry(entry)
    ]


def _read_lines(text: str, reading: _Reading) -> None:
    """Reads labels from free text: rows of labels, or lines that each open with one."""
    for line in text.splitlines():
        rest = _NUMBERING.sub("", line)
        row = re.findall(r"(?<!\w)[A-Z](?!\w)", rest)
        if row and _BETWEEN.match(re.sub(r"(?<!\w)[A-Z](?!\w)", "", rest)):
            for label in row:
                reading.take(label)
        elif (match := _BRACKETED.match(rest)) and _is_entry(rest, match):
            reading.take(match[1])
    if reading.order:
        reading.repairs.append("labels read from free text")


def _read_list(text: str, reading: _Reading, titles: Titles) -> None:
    """Reads a list of titles, or of labels in another writing than ours."""
    inside = {
        item: title for item, title in titles.inside.items() if item in reading.labels.values()
    }
    listed = parse_list(text, reading.labels, inside, titles.outside)
    reading.order += listed.order
    reading.foreign += listed.foreign
    reading.repeated += listed.repeated
    reading.outside += listed.outside
    if listed.order:
        reading.repairs.append("titles read instead of labels")


def _is_entry(line: str, match: re.Match[str]) -> bool:
    """Tells "C: title" from the prose of "A film that" and "I would say"."""
    after = line[match.end() :].lstrip()
    opened = line[: match.start(1)] != ""
    return opened or after[:1] in (":", ".", ")", "-", ">", "|", "=", ";", "")
