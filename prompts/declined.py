"""Replies that decline to answer, told from those that merely cannot be read.

Conservative on purpose: only the beginning of a reply counts, and only whole phrases by which
models are known to decline ("I'm sorry, but I can't help with that"). A reply that declines in
other words is counted as unread, never the other way round.
"""

from __future__ import annotations

import re

#: A model that declines does so at once.
_HEAD = 160
_SORRY = r"(?:i(?:'m| am) (?:very |really |so )?sorry|sorry|i apologi[sz]e|unfortunately)"
_CANNOT = (
    r"i(?:'m| am)? ?(?:can(?:'|no)t|can not|won't|will not|unable to|not able to|not allowed to"
    r"|must decline|have to decline|decline)"
)
_DECLINED = re.compile(
    rf"^\W*(?:{_SORRY}[,.;:]? ?(?:but )?(?:as an ai[^,.]{{0,40}}, )?{_CANNOT}\b"
    rf"|as an ai[^,.]{{0,40}}, {_CANNOT}\b"
    rf"|{_CANNOT} (?:help|assist|comply|do|provide|rank|recommend|fulfil\w*|answer|with)\b"
    r"|(?:很)?(?:抱歉|对不起|對不起)[，,。 ]?(?:但|但是)?(?:作为[^，,。]{0,20}[，,])?"
    r"我(?:无法|不能|没法|無法))",
    re.IGNORECASE,
)


def declines(reply: str) -> bool:
    """Tells whether a reply begins by declining."""
    head = " ".join(reply[: _HEAD * 2].replace("\u2019", "'").split())[:_HEAD]
    return _DECLINED.match(head) is not None
