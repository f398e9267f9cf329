"""What others call the actions that Palate knows."""

from __future__ import annotations

from palate.domain import Action
from palate.retrieval.ingest.columns import plain
from palate.retrieval.schema import ACTION_CODES

_SYNONYMS = {
    Action.VIEW: "viewed pageview productview viewitem detail visit see seen open impression",
    Action.CLICK: "clicked tap select selectitem",
    Action.LIKE: "liked upvote upvoted thumbsup love loved favorite favourite heart up",
    Action.DISLIKE: "disliked downvote downvoted thumbsdown hate down",
    Action.RATE: "rated rating review reviewed",
    Action.PURCHASE: "purchased buy bought order ordered transaction checkout sale",
    Action.PLAY: "played watch watched listen listened stream streamed read finished complete",
    Action.SAVE: "saved bookmark bookmarked wishlist addtowishlist watchlist addtowatchlist "
    "cart addtocart basket",
    Action.SKIP: "skipped next",
    Action.DISMISS: "dismissed hide hidden notinterested block remove",
}

#: Plain name -> stored code.
CODES = {action.value: code for action, code in ACTION_CODES.items()} | {
    word: ACTION_CODES[action] for action, words in _SYNONYMS.items() for word in words.split()
}


def action_code(text: str) -> int | None:
    """Returns the stored code of an action, by its name or a synonym; ``None`` for another."""
    return CODES.get(plain(text))
