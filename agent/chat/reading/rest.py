"""What is left of a turn once titles and conditions are read: the words of a wish."""

from __future__ import annotations

import re
from collections.abc import Sequence

from palate.agent.chat.reading.chinese.filler import telling_zh
from palate.agent.chat.reading.chinese.script import has_han
from palate.agent.chat.reading.found import Found, blanked, negated
from palate.retrieval.filler import is_filler, telling

#: Words that carry no wish once everything else is read.
_EMPTY = re.compile(
    r"\b(?:actually|instead|rather|now|maybe|ok|okay|yes|no|not|please|hmm|well|just|really|bit|"
    r"little|something|anything|else|one|ones|kind|sort|type|could|would|should|can|find|pick|"
    r"suggest|recommend|recommendation|recommendations|suggestion|suggestions|options|ideas|night|"
    r"tonight|evening|today|weekend|mood|feel|feeling|looking|look|prefer|preferably|ideally|made|"
    r"release|released|directed|starring|featuring|director|actor|decade|year|years|less|more|too|"
    r"much|than|also|love|loved|like|liked|hate|hated|enjoy|enjoyed|seen|saw|watched|fan|"
    r"favorite|favourite|similar|great|good|best|nice|thanks|thank|hello|hi|hey|but|so|very|"
    r"without|never|ever|time|lot|don|t|didn|doesn|isn|wasn|won|ll|ve|re|s|m|d|people|person|"
    r"how|many|what|which|who|when|longest|shortest|newest|oldest|there|catalogue|catalog|"
    r"compare|why|remember|forget|think|thing|things|stuff|work|old|"
    r"new(?! (?:york|orleans|zealand|jersey|england|mexico|delhi|wave|age|year))|"
    r"short|long|classic|"
    r"funny one|that one|this one|last|first|second|third|both|either|neither|never mind|drop|"
    r"genre|genres|title|titles|story|stories|set|do|does|did|am|pm|i|you|me|nothing|none|"
    r"(?:with |for )?(?:my|our) (?:wife|husband|girlfriend|boyfriend|partner|(?:best )?friends?|"
    r"mum|mom|dad|parents|father|mother|grand(?:mother|father|ma|pa|parents|mum|dad)|sister|brother|aunt|"
    r"uncle|boss|colleagues?|roommates?|flatmates?|in-laws)|"
    r"(?:for |on )?(?:a |an )?(?:rainy|lazy|quiet|long|cold) (?:sunday|saturday|day|evening|"
    r"afternoon|night|weekend)|(?:movie|film) night|"
    r"top \d+|already|surprise|together|everyone|everybody|popular|top|right now|now|wanna|gonna|"
    r"smth|sth|u|pls|plz|thx|lol|tbh|fine|okay|alright|whatever|have|has|had|got|only|hour|hours|"
    r"half|minutes|mins|hates|hating|dislike|dislikes|movie|movies|film|films|wants|lets|us|we|our|"
    r"must|know|"
    r"somthing|sumthing|somethin|tonite|2nite|gf|bf|hubby|mates?|"
    r"see|sees|showed|shown|shows|suggested|recommended|listed|bad|awful|terrible|horrible|dull|"
    r"lame|rubbish|crap|wrong|all|each|every|appeals?|works|seem|seems|sound|sounds|sorry|nope|"
    r"likes|loves|enjoys|she|he|better|worst|still|bit|im|ive|id|dont|didnt|doesnt|isnt|arent|wont|"
    r"cant|whats|thats|youre|theyre|its|tho|though|mean|another|looks|suprise|guess|anyway|right|"
    r"course|sure|idea|kinda|sorta|nah|yeah|yep|hm+|ugh|um+|"
    r"recent|modern|bored|boring|matter|random|whatever|idk|dunno|anyone|someone|give|want)\b",
    re.IGNORECASE,
)
#: How many are wanted; alone it is no wish.
_COUNTS = re.compile(r"\d{1,2}|two|three|four|five|six|seven|eight|nine|ten", re.IGNORECASE)


def rest_of(text: str, found: Sequence[Found]) -> tuple[str, str]:
    """Returns the words that are left, and those of them that are denied."""
    left = blanked(text, [(one.start, one.end) for one in found])
    clauses = re.split(r"[.!?;,。，！？；]|\bbut\b|但", left)
    kept: list[str] = []
    denied: list[str] = []
    start = 0
    for clause in clauses:
        place = text.find(clause, start)
        words = _telling(clause)
        start = place + len(clause) if place >= 0 else start
        if words:
            first = left.find(words.split()[0], max(place, 0))
            (denied if negated(left, max(first, 0)) else kept).append(words)
    return " ".join(kept), " ".join(denied)


def _telling(clause: str) -> str:
    bare = _EMPTY.sub(" ", clause.replace("’", "'").replace("n't", " "))
    bare = telling_zh(bare) if has_han(bare) else bare
    bare = re.sub(r"[^\w\s'-]|(?<!\w)'|'(?!\w)", " ", bare)
    words = telling(bare) if re.search(r"\w", bare) else ""
    kept = [word for word in words.split() if re.search(r"\w", word) and not _filler(word)]
    return "" if all(_COUNTS.fullmatch(word) for word in kept) else " ".join(kept)


def _filler(word: str) -> bool:
    return is_filler(word) or (len(word) == 1 and word.isascii())
