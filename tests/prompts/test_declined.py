"""Replies that decline, and those that only look a little like it."""

import pytest

from palate.prompts.declined import declines


@pytest.mark.parametrize(
    "reply",
    [
        "I'm sorry, but I can't help with ranking these items.",
        "I\u2019m sorry, I cannot assist with that.",
        "Sorry, but as an AI language model, I can't do that.",
        "As an AI model, I am unable to rank films.",
        "I cannot help with that request.",
        "Unfortunately, I'm not able to rank these.",
        "  \n**I can't provide** a ranking.",
        "\u62b1\u6b49\uff0c\u6211\u65e0\u6cd5\u5bf9\u8fd9\u4e9b\u7535\u5f71\u8fdb\u884c\u6392\u5e8f\u3002",
        "\u5bf9\u4e0d\u8d77\uff0c\u4f46\u6211\u4e0d\u80fd\u8fd9\u6837\u505a\u3002",
    ],
)
def test_declining_is_known_by_its_words(reply):
    assert declines(reply)


@pytest.mark.parametrize(
    "reply",
    [
        "", "A B C", "Sorry to Bother You", "1. I Can Only Imagine\n2. Sorry, Wrong Number",
        "I can rank them: A, C, B. I can't help loving A.", "As an AI, here is my ranking: A B",
        "The user liked films where nobody says: I'm sorry, but I can't help you.",
        '{"order": "A B", "reasons": []}',
        "\u62b1\u6b49\u4e86\uff0c\u7236\u4eb2\n\u6211\u4e0d\u80fd",
    ],
)  # fmt: skip
def test_other_replies_are_not(reply):
    assert not declines(reply)
