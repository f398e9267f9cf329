"""The languages that reasons are written in: BCP 47 code -> the name a model understands."""

from __future__ import annotations

_NAMES = {
    "ar": "Arabic",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "pt": "Portuguese",
    "ru": "Russian",
    "zh": "Simplified Chinese (简体中文)",
    "zh-hant": "Traditional Chinese (繁體中文)",
    "zh-tw": "Traditional Chinese (繁體中文)",
    "zh-hk": "Traditional Chinese (繁體中文)",
}


def language_name(code: str | None) -> str:
    """Returns the name of a language for a prompt; English when nothing is known of the code."""
    folded = (code or "en").lower().replace("_", "-")
    return _NAMES.get(folded) or _NAMES.get(folded.split("-")[0], "English")
