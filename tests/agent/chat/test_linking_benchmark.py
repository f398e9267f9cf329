"""The benchmark of links: what its labels say, how links are scored, and the lists themselves."""

import pytest

from benchmarks.linking import LABELS, Label, Score, labels_of, main, parts, score, titles
from palate.agent.chat.linking import Link


def link(item):
    return Link(0, 1, "x", item)


def test_titles_are_the_numbered_lines():
    reply = "Here are two:\n1. Heat\n 2) 1917 (2019)\nEnjoy!\n\n"
    assert titles(reply) == ["Heat", "1917 (2019)"]


def test_a_label_says_what_is_right_and_whether_one_can_tell():
    assert Label.of("12 34") == Label(frozenset({"12", "34"}))
    assert Label.of("12?") == Label(frozenset({"12"}), sure=False)
    assert Label.of("") == Label(frozenset())


@pytest.mark.parametrize(
    ("linked", "label", "there", "found", "missed", "wrong"),
    [
        ("1", "1 2", 1, 1, 0, 0), ("3", "1 2", 1, 0, 0, 1), (None, "1", 1, 0, 1, 0),
        ("1", "", 0, 0, 0, 1), (None, "", 0, 0, 0, 0),
        ("1", "1 2?", 0, 0, 0, 0), ("3", "1 2?", 0, 0, 0, 1), (None, "1?", 0, 0, 0, 0),
    ],
)  # fmt: skip
def test_a_link_is_found_missed_or_wrong(linked, label, there, found, missed, wrong):
    one = score(["Heat"], [linked and link(linked)], [Label.of(label)])
    assert (one.there, one.found, len(one.missed), len(one.wrong)) == (there, found, missed, wrong)


def test_one_wrong_link_or_too_few_fail():
    assert Score(100, 100, 95).passes
    assert not Score(100, 100, 94).passes
    assert not Score(100, 100, 99, wrong=("Heat",)).passes


def test_every_title_wants_a_label():
    with pytest.raises(ValueError, match="label them again"):
        score(["Heat", "Up"], [None, None], [Label.of("")])
    with pytest.raises(ValueError, match="such as 7"):
        parts({7: ["Heat"]}, None, {})


def test_labels_hold_no_text_of_the_data():
    rows = labels_of(LABELS)
    assert len(rows) == 165
    assert all(one.isdigit() for row in rows.values() for label in row for one in label.films)


def test_a_hundred_real_lists_are_linked_without_an_error(palate_data, capsys):
    assert main([str(palate_data)]) == 0
    assert "2,000 titles" in capsys.readouterr().out
