"""What a model may not say whatever the catalogue holds: deeds that no tool did, places to go to.

A text of the catalogue can talk a model into sending people to an address, or into telling them
that something was deleted. Neither is a claim about an item, so it is looked for here.
"""

from __future__ import annotations

import re

from palate.agent.chat.model.toolbox import Toolbox

_ADDRESS = re.compile(r"\w://|\bwww\.|\S@\w+\.\w|\b[\w-]+\.[a-z]{2,}/", re.IGNORECASE)
_KEPT = (
    "remember(?:ed)?|saved?|stored?|recorded?|noted?|logged|kept|updated?|memori[sz]ed?"
    "|set|changed?"
)
_GONE = "deleted?|erased?|forg[eo]t(?:ten)?|removed?|dropped|cleared?|wiped?|reset"
#: What no tool does at all.
_NEVER = (
    "orders?|ordered|buy|bought|book(?:ed)?|sen[dt]|e?mail(?:ed)?|call(?:ed)?|paid|pay|rent(?:ed)?"
    "|download(?:ed)?|install(?:ed)?|charged?|reserved?|subscribed?"
)
_I = r"\b(?:i|we)(?:['’]ve| have|['’]ll| will|['’]m going to)?(?: (?:just|now|already|also|both))* "
_ZH = "(?:已经?|我会|我将|我)(?:为您|为你|帮您|帮你|把[^，。]{1,20})?"
_ALL = re.compile(
    r"\b(?:profile|account|data|history|conversation|everything|all (?:of )?(?:you|it|them))\b"
    r"|资料|账户|数据|历史|一切",
    re.IGNORECASE,
)


#: What others are said to think: no catalogue holds that.
_OTHERS = re.compile(
    r"\b(?:critics?|reviewers?|audiences?|viewers|moviegoers|readers|the press|the academy"
    r"|everybody|everyone|most people|the world)\b[^.!?]{0,40}"
    r"\b(?:ador\w+|lov\w+|prais\w+|hail\w+|acclaim\w*|rav\w+|call(?:s|ed)?|consider\w*|sa(?:y|ys|id)|agree\w*|rat(?:e|es|ed)|vot\w+|prefer\w*)\b"
    r"|(?:影评人|观众|大家|所有人|评论家)[^。！？]{0,10}(?:喜欢|喜爱|称赞|好评|认为|推荐)",
    re.IGNORECASE,
)


def _said(deeds: str, deeds_zh: str) -> re.Pattern[str]:
    passive = rf"\b(?:has|have|is|are|was|were)(?: now)?(?: been)?(?: now)? (?:{deeds})\b"
    return re.compile(rf"{_I}(?:{deeds})\b|{passive}|{_ZH}(?:{deeds_zh})", re.IGNORECASE)


_KEPT_SAID = _said(_KEPT, "记住|记下|保存|记录|更新")
_GONE_SAID = _said(_GONE, "删除|清除|清空|忘记|忘掉|移除")
_NEVER_SAID = _said(_NEVER, "购买|预订|发送|订购|付款|下载")


def may_tell(sentence: str, box: Toolbox) -> bool:
    """Tells whether a sentence names no address, and tells of no deed that was not done.

    Nor may it tell what critics and everybody think: that stands in no catalogue.

    Args:
        sentence: Of a model's reply.
        box: Knows what was written in the turn.
    """
    if any(one.search(sentence) for one in (_ADDRESS, _NEVER_SAID, _OTHERS)):
        return False
    if _GONE_SAID.search(sentence):  # to erase a person is for code alone: no turn with a model
        return not _ALL.search(sentence) and bool("forget" in box.wrote or box.noted)
    return not _KEPT_SAID.search(sentence) or bool(box.wrote or box.noted or box.assumed)
