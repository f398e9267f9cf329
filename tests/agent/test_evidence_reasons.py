"""Sentences written from evidence: natural, varied, and never more than the evidence holds."""

import itertools
import re

import pytest

from palate.agent.reasons import write_reasons
from palate.agent.reasons.evidence import LONGEST, Writer, joined
from palate.agent.reasons.verify import World, check_claims
from palate.domain import (
    Action,
    Candidate,
    Evidence,
    HistoryEntry,
    Item,
    Opinion,
    Profile,
    Start,
    TagWeight,
)

ITEMS = {
    i: Item(i, title)
    for i, title in {"alien": "Alien", "heat": "Heat", "ran": "Ran", "seen": "Titanic"}.items()
}
HISTORY = tuple(
    HistoryEntry(i, strength, Action.RATE)
    for i, strength in {"alien": 0.9, "heat": 0.6, "ran": 0.5, "seen": 0.1}.items()
)
TAGS = tuple(TagWeight(tag, 0.5) for tag in ("Crime", "War", "Heist", "Spy"))
WARM = Profile("u", Start.WARM, history=HISTORY, tags=TAGS)
COLD = Profile(None, Start.NO_USER)
FORMS = [
    (
        Evidence("neighbours", 1, items=("alien", "heat")),
        "chose Alien and Heat",
        "《Alien》和《Heat》",
    ),
    (Evidence("sequence", 1, items=("alien",)), "soon after Alien", "《Alien》之后"),
    (Evidence("similar", 1, items=("alien",)), "Alien, which you liked", "你喜欢的《Alien》"),
    (Evidence("similar", 1, items=("seen",)), "Titanic, which you know", "接触过的《Titanic》"),
    (Evidence("tags", 1, fields=("Crime",)), "under crime, which you lean to", "属于犯罪"),
    (Evidence("tags", 1, fields=("Crime", "War")), "crime and war, and you lean to both", "和战争"),
    (
        Evidence("tags", 1, fields=("Heist", "Sea", "War")),
        "heist, sea and war, and you lean to all three",
        "、",
    ),
    (Evidence("request", 1, words=("tense", "sea")), "asked for: tense, sea.", "要求：紧张、大海"),
    (Evidence("request", 1), "close to what you asked for", "与你的要求相近"),
    (Evidence("wish", 1, words=("funny",)), "a wish that you stated: funny.", "愿望：好笑"),
    (Evidence("wish", 1), "close to a wish that you stated", "愿望相近"),
    (Evidence("popularity", 1, words=("12",)), "12 people here have chosen it.", "12人选过它。"),
    (Evidence("popularity", 1, words=("1",)), "One person here has chosen it.", "有1人选过它"),
]


def candidate(*evidence, id_="c"):
    tags = tuple(tag for one in evidence for tag in one.fields)
    return Candidate(Item(id_, "Casino", tags=tags), -1.0, evidence=evidence)


@pytest.mark.parametrize(("evidence", "english", "chinese"), FORMS)
def test_each_feature_has_its_sentence(evidence, english, chinese):
    said = Writer(WARM, ITEMS, "en").write(candidate(evidence))
    assert english in said
    assert re.fullmatch(r"[A-Z0-9][^{}]*\.", said)
    said = Writer(WARM, ITEMS, "zh-CN").write(candidate(evidence))
    assert chinese in said
    assert said.endswith("。")
    assert "{" not in said


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("evidence", [form[0] for form in FORMS])
def test_every_wording_keeps_to_its_length_and_to_the_truth(evidence, language):
    writer = Writer(WARM, ITEMS, language)
    texts = {writer.write(candidate(evidence)) for _ in range(4)}
    for text in texts:
        assert len(text.split()) <= 25
        world = World(candidate(evidence), WARM, ITEMS, "tense sea")
        assert [c for c in check_claims(text, world) if not c.supported] == []


def test_only_a_stranger_is_called_unknown():
    evidence = Evidence("popularity", 1, words=("12",))
    assert "little is known" in Writer(COLD, {}, "en").write(candidate(evidence))
    assert "little is known" not in Writer(WARM, {}, "en").write(candidate(evidence))


def test_what_was_merely_seen_is_never_liked():
    for pair in itertools.permutations(("seen", "alien"), 2):
        evidence = Evidence("similar", 1, items=pair)
        said = Writer(WARM, ITEMS, "en").write(candidate(evidence))
        assert "liked" not in said or "Titanic" not in said


def test_without_evidence_it_still_says_something():
    for language in ("en", "zh", "ja"):
        assert Writer(COLD, {}, language).write(candidate())


def test_evidence_whose_items_are_not_known_is_passed_over():
    evidence = (Evidence("neighbours", 2, items=("gone",)), Evidence("tags", 1, fields=("War",)))
    assert "war" in Writer(WARM, ITEMS, "en").write(candidate(*evidence))


def test_five_alike_are_not_told_in_one_sentence():
    evidence = (
        Evidence("neighbours", 2.0, items=("alien", "heat", "ran")),
        Evidence("tags", 1.0, fields=("war",)),
        Evidence("similar", 0.5, items=("alien",)),
    )
    slate = [candidate(*evidence, id_=str(n)) for n in range(5)]
    found = write_reasons(slate, None, WARM, ITEMS, language="en")
    assert len({reason.text for reason in found.values()}) == 5


def test_the_strongest_comes_first_and_weak_evidence_stays_out():
    evidence = (Evidence("neighbours", 2.0, items=("alien",)), Evidence("wish", 0.01))
    writer = Writer(WARM, ITEMS, "en")
    for _ in range(3):
        assert "Alien" in writer.write(candidate(*evidence))


def test_long_titles_are_named_alone_and_kept_on_one_line():
    long = {
        "a": Item("a", "Night of the " + "very " * 9 + "long\ntitle"),
        "b": Item("b", "So " * 9),
    }
    evidence = Evidence("neighbours", 1, items=("a", "b"))
    said = Writer(WARM, long, "en").write(candidate(evidence))
    assert "\n" not in said
    assert len(said.split()) <= LONGEST["en"]


def test_a_refused_sentence_is_kept_beside_its_replacement():
    said = {"c": "Because you liked Inception, this fits."}
    evidence = Evidence("neighbours", 1, items=("alien",))
    found = write_reasons(
        [candidate(evidence)], Opinion((), reasons=said), WARM, ITEMS, language="en"
    )["c"]
    assert found.written_by == "evidence"
    assert "Alien" in found.text
    assert found.replaced == said["c"]
    assert any(not claim.supported for claim in found.claims)


def test_a_true_sentence_stands_with_its_claims():
    said = {"c": "Because you liked Alien, this may fit."}
    found = write_reasons([candidate()], Opinion((), reasons=said), WARM, ITEMS, language="en")["c"]
    assert (found.text, found.written_by, found.replaced) == (said["c"], "model", None)
    assert found.claims


def test_joining():
    assert joined([], "en") == ""
    assert joined(["a"], "en") == "a"
    assert joined(["a", "b", "c"], "en") == "a, b and c"
    assert joined(["a", "b", "c"], "zh") == "a、b和c"
