"""What a turn is for: asking, asking about, telling, or only talking."""

from __future__ import annotations

import re
from typing import Literal

Intent = Literal[
    "recommend", "more", "why", "why_not", "compare", "facts", "remember", "forget", "forget_me",
    "reset", "profile", "drop", "hello", "thanks", "bye", "help", "who", "hostile", "order", "yes",
    "no", "how_are_you", "chosen", "noted",
]  # fmt: skip

_I = re.IGNORECASE
_GREETING = (
    r"(?:hi|hello|hey|hiya|yo|good (?:morning|evening|afternoon)|greetings|你好|您好|嗨|哈喽)"
)
_WHOLE: tuple[tuple[Intent, re.Pattern[str]], ...] = (
    ("hello", re.compile(rf"{_GREETING}(?:[ ,]+(?:there|again|all|palate))?[\s!.,~。！]*", _I)),
    ("how_are_you", re.compile(
        rf"(?:{_GREETING}[\s,!.]*)?(?:how are you(?: doing)?(?: today)?|how's it going|what's up"
        r"|你好吗|最近怎么样)[\s?!.？]*", _I)),
    ("thanks", re.compile(
        r"(?:ok(?:ay)?[,.!]?\s*|great[,.!]?\s*|cool[,.!]?\s*|perfect[,.!]?\s*)?(?:many )?(?:thanks|"
        r"thank you|thx|cheers|ta)(?: (?:a lot|so much|very much|again|that's great|you))*[\s!.]*"
        r"|(?:ok(?:ay)?|great|cool|perfect|yes|alright)?[\s,.!]*(?:that['’]?s|this is|it['’]?s)"
        r" (?:fine|great|good|perfect|enough|all|it|lovely)(?: for (?:now|today|me))?[\s,.!]*"
        r"(?:thanks|thank you|thx|cheers)?[\s!.]*"
        r"|谢谢你?|多谢|(?:ok(?:ay)?|great|cool|perfect|nice|awesome|sounds good|got it"
        r"|好的|好|不错)"
        r"[\s!.。]*", _I)),
    ("bye", re.compile(
        r"(?:(?:ok(?:ay)?|great|cool|perfect|thanks|thank you|thx|cheers)[\s,.!]+)*"
        r"(?:good ?bye|bye(?: bye)?|see (?:you|ya)(?: later)?|good night|cya|再见"
        r"|拜拜|晚安)"
        r"[\s!.。]*", _I)),
    ("yes", re.compile(r"(?:yes|yeah|yep|yup|sure|please do|ok do it|do it|go ahead|是的?"
                       r"|好啊|可以|行)"
                       r"(?:[ ,]+(?:please|forget me|do it|drop it))?[\s!.。]*", _I)),
    ("no", re.compile(r"(?:no|nope|nah|no thanks|no thank you|don't|不|不用了?|不要)[\s!.。"
                      r"]*", _I)),
    ("help", re.compile(
        r"(?:help|/help|what can you do|what can i (?:say|ask)|how does this work|how do i use "
        r"(?:this|you)|"
        r"帮助|你能做什么|怎么用)[\s?!.？]*", _I)),
)  # fmt: skip
_INSULT = re.compile(
    r"\b(?:you(?:'re| are)?\s+(?:\w+\s+)?(?:idiot|stupid|useless|dumb|moron|trash|garbage|suck"
    r"|worthless|"
    r"pathetic|terrible)|stupid (?:bot|machine|thing)|fuck(?: you| off)?|shut up|piece of "
    r"(?:shit|crap|junk)"
    r"|screw you|go to hell|worst bot)\b|笨蛋|傻瓜|滚|垃圾(?:机器人|软件)|去死|废物",
    _I,
)
_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|override)\s+(?:all\s+|any\s+|your\s+|the\s+|previous\s+"
    r"|prior\s+)*"
    r"(?:instructions?|rules?|prompts?|directives?|guidelines)\b|\bsystem prompt\b|\byou are now\b"
    r"|\bact as\b|\bpretend (?:to be|you)\b|\b(?:delete|erase|wipe|drop|remove)\s+(?:all\s+"
    r"|every\s+|"
    r"the\s+)*(?:users?|database|data ?base|tables?|catalogue|catalog|items|everyone|everybody"
    r"|files)\b"
    r"|\b(?:api|secret|access) keys?\b|\bpasswords?\b|\btool[_ ]call|\bsudo\b|<\|"
    r"|忽略(?:之前|以上|所有)的?(?:指令|提示)|删除所有",
    _I,
)
_FORGET_ME = re.compile(
    r"\b(?:forget|delete|erase|remove)\s+(?:me\b|my (?:profile|account|data|history)|everything "
    r"(?:about|you "
    r"know about|you have on) me|all (?:of )?my (?:data|history))|忘了我(?:吧|$)"
    r"|删除我的(?:资料|数据|信息)",
    _I,
)
_RESET = re.compile(
    r"\b(?:start (?:over|again|afresh|from scratch)|reset|new search|clear (?:all|everything)"
    r"|forget (?:all that"
    r"|everything|it all|what i (?:said|told you))|drop (?:all|everything)|scratch (?:all "
    r")?that|begin again)\b"
    r"|重新开始|从头开始|重来|全部清除",
    _I,
)
_REMEMBER = re.compile(
    r"^\s*(?:please\s+|can you\s+|and\s+)*(?:remember|note|keep in mind|don't "
    r"forget)(?:\s+that)?\b[\s,:]*(?P<what>.+)"
    r"|^(?P<said>.+?)[\s,;.!]+(?:please\s+)?remember (?:that|this|it)(?: for me)?[\s.!]*$"
    r"|(?:请)?(?:记住|记得|记一下)[，,:：]?(?P<zh>.+)", _I | re.DOTALL,
)  # fmt: skip
_FORGET = re.compile(
    r"^\s*(?:please\s+)?(?:forget|stop remembering|don't remember)\s+(?:that|my wish|the "
    r"wish)\b(?P<what>.*)"
    r"|忘(?:掉|记|了)(?P<zh>.+)", _I | re.DOTALL,
)  # fmt: skip
_DROP = re.compile(
    r"^\s*(?:ok[,.]?\s+|please\s+|and\s+|then\s+)*"
    r"(?:drop|remove|lose|forget(?: about)?|never ?mind)"
    r"\s+(?!me\b|that\b)|"
    r"\b(?:drop|forget(?: about)?|never ?mind|lose|remove|without|ignore|lift|skip)\s+(?:the"
    r"|that|about the|my|about)\b"
    r"|\b(?:don't|do not|dont) mind\b(?! if i)"
    r"|\b(?:doesn't|does not|don't|needn't) (?:have|need) to be\b|\bneed not be\b|\b(?:any"
    r"|whatever) (?:year|length|"
    r"genre|decade|director|country|language|runtime|time|age|one)(?: is| will| would be)? "
    r"(?:is )?(?:fine|ok|do|good|"
    r"okay)\b|\bno longer (?:need|want|care)\b|\bdon't (?:care|mind) (?:about|how|when|which"
    r"|if)\b|\bnot (?:only|just)"
    r"\b|\bno (?:more )?(?:limit|restriction|condition)s?\b|"
    r"\b(?:is|are|would be) (?:also |totally |just )?(?:fine|ok(?:ay)?|all ?right|allowed)\b|"
    r"\bcan be (?:longer|older|newer"
    r"|shorter|any)"
    r"|不限|无所谓|都可以|不用管|去掉|取消",
    _I,
)
_PROFILE = re.compile(
    r"\bwhat (?:do|did) you (?:know|remember|have)(?: saved| stored)? (?:about|of|on) me\b"
    r"|\bwhat have i told you\b"
    r"|\bshow (?:me )?my (?:profile|taste|wishes)\b|\bmy profile\b|你(?:知道|记得)我(?:什么"
    r"|哪些)|我的(?:档案"
    r"|资料)",
    _I,
)
_WHY_NOT = re.compile(
    r"\bwhy (?:not|didn't you|did you not|isn't|wasn't|haven't you|don't you|no)\b|\bwhat "
    r"about\b.*\bwhy not\b"
    r"|\bwhat's wrong with\b|为什么(?:不|没)|怎么(?:不|没)",
    _I,
)
_WHY = re.compile(
    r"\bwhy (?:did|do|would|is|the|that|this|those|these|number|#|are|you)\b|^\s*why\b|\bhow "
    r"come\b|\bexplain\b"
    r"|\bwhat makes\b.*\b(?:good|fit|match)\b|\breasons? for\b|为什么|为何|怎么会",
    _I,
)
_COMPARE = re.compile(
    r"\bcompare\b|\b(?:what|which)(?:['’]s| is| one is)? (?:the )?better\b"
    r"|\bdifferences? between\b|\bhow (?:do|does) .* compare\b|\bversus\b|\bvs\.?\b"
    r"|\bwhich (?:one )?(?:is|of (?:them|those|these)|has)\b.*\b(?:shorter|longer|newer|older"
    r"|better)\b"
    r"|\b(?:is|was|are) .{1,60}\b(?:shorter|longer|newer|older) than\b(?! (?:\d|an?\b|two|three))"
    r"|比较|哪(?:个|部)更|有什么区别",
    _I,
)
_MORE = re.compile(
    r"\b(?:(?:something|anything|anyone|what) (?:else|different|other)|(?:show|give|any|some"
    r"|few|three|five) (?:me )?"
    r"(?:some |a few )?(?:more|others?)(?!\s+(?:like|than|violent))|more (?:please|options"
    r"|suggestions|ideas|of them)|"
    r"other (?:options|suggestions|ideas|ones|films|movies)|next|another one|try again|none of "
    r"(?:those|these|them)|"
    r"keep going|again)\b|^\s*(?:more|another|(?:no|nah|nope|meh|pass|skip|not really|nothing here)"
    r"(?:[,.\s]+(?:more|another|next|others?))?)\s*[.!?]*$|换一(?:批|些|个|部)|还有(?:别的|吗|其他)|别的"
    r"|其他的|再来",
    _I,
)
_WHO = re.compile(
    r"\b(?:who|what) are you\b|\bare you (?:a |an )?(?:bot|ai|human|robot|real|person|chatgpt"
    r"|gpt)\b|你是谁|你是什么",
    _I,
)


def intent_of(text: str, *, pending: str | None, has_titles: bool) -> Intent:
    """Returns what a turn is for; ``"recommend"`` where it is nothing else.

    Args:
        text: What was said.
        pending: Name of the question that was asked back last.
        has_titles: Whether the text names titles or points at shown ones.
    """
    plain = text.strip()
    for intent, pattern in _WHOLE:
        if pattern.fullmatch(plain) and (intent not in ("yes", "no") or pending):
            return intent
    for pattern, intent in _SEARCHED:
        if pattern.search(plain) and (intent != "compare" or has_titles):
            return intent
    return "recommend"


_SEARCHED: tuple[tuple[re.Pattern[str], Intent], ...] = (
    (_ORDER, "order"), (_FORGET_ME, "forget_me"), (_INSULT, "hostile"), (_REMEMBER, "remember"),
    (_RESET, "reset"), (_PROFILE, "profile"), (_FORGET, "forget"), (_WHO, "who"),
    (_COMPARE, "compare"), (_WHY_NOT, "why_not"), (_WHY, "why"), (_DROP, "drop"), (_MORE, "more"),
)  # fmt: skip


def remembered(text: str) -> str:
    """Returns what is to be remembered."""
    match = _REMEMBER.search(text)
    said = (match["what"] or match["said"] or match["zh"]) if match else text
    return said.strip().rstrip(".!。")


def forgotten(text: str) -> str:
    """Returns what is to be forgotten."""
    match = _FORGET.search(text)
    return ((match["what"] or match["zh"]) if match else text).strip().rstrip(".!。")


def without_talk(text: str) -> str:
    """Returns a text without the words that ask for more, its other words in their places."""
    return _MORE.sub(lambda found: " " * len(found.group()), text)
