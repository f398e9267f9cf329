"""What the commands of a talk say, in the language of the talk."""

from __future__ import annotations

import re

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_PHRASES = {
    "en": {
        "in_force": "in force: {chips}",
        "nothing": "Nothing is in force.",
        "dropped": 'No longer in force: "{text}".',
        "recorded": "Recorded: {action} {title}. The next answer knows it.",
        "like": "like",
        "dislike": "dislike",
        "view": "seen",
        "new": "A new conversation.",
        "erased": "This conversation is erased.",
        "stopped": "Stopped. Nothing of this turn is kept.",
        "spent": "{name}: {tokens_in:,} tokens in, {tokens_out:,} out{usd}{waited}",
        "waited": ", {seconds:.1f} s",
        "thinking": "thinking",
        "seconds": "{text} · {seconds} s",
    },
    "zh": {
        "in_force": "当前条件：{chips}",
        "nothing": "没有生效的条件。",
        "dropped": "不再有效：“{text}”。",
        "recorded": "已记下：{action}《{title}》。下一次回答会用到。",
        "like": "喜欢",
        "dislike": "不喜欢",
        "view": "看过",
        "new": "新的对话。",
        "erased": "这个对话已删除。",
        "stopped": "已停止，这一轮没有保存。",
        "spent": "{name}：输入 {tokens_in:,} 个词元，输出 {tokens_out:,} 个{usd}{waited}",
        "waited": "，{seconds:.1f} 秒",
        "thinking": "思考中",
        "seconds": "{text} · {seconds} 秒",
    },
}


def is_chinese(text: str) -> bool:
    """Tells whether a text is, or holds, Chinese."""
    return _CHINESE.search(text) is not None


def phrase(name: str, /, *, chinese: bool, **given: object) -> str:
    """Returns a sentence by its name."""
    return _PHRASES["zh" if chinese else "en"][name].format(**given)
