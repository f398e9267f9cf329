"""Labels out of dialogues: what is known beforehand, what people answered, and what is left out."""

import gzip
import json
from pathlib import Path

import pytest

from benchmarks.judge_labels import drawn, labelled, main
from palate.eval.judge.labels import read_labels
from palate.prompts.library import Library
from palate.prompts.rubric import rubric_of

PROMPTS = Path(__file__).parents[2] / "examples" / "prompts"
NAMES = {"1": "Dry Ice  (1999)", "2": "Low Tide (2001)", "3": "Red Kite (2003)", "4": "Salt (2004)"}
FILMS = {
    key: {"name": " ".join(name.split()), "genre": ["crime"], "director": [], "plot": "A plot."}
    for key, name in NAMES.items()
}


def dialogue(*turns, liked, number="7"):
    """A dialogue of the seeker (1) and the recommender (2), who take turns, the seeker first."""
    form = {key: {"suggested": 1, "seen": 1, "liked": answer} for key, answer in liked.items()}
    return {
        "conversationId": number, "movieMentions": NAMES, "initiatorWorkerId": 1,
        "respondentWorkerId": 2, "initiatorQuestions": form, "respondentQuestions": [],
        "messages": [{"senderWorkerId": 1 + n % 2, "text": text} for n, text in enumerate(turns)],
    }  # fmt: skip


SAID = ("I like @1 very much.", "Then @2 is the next one for you.", "Oh, I had enough of that.")


def test_a_line_knows_what_was_said_before_it_and_not_the_answer():
    [one] = labelled(dialogue(*SAID, liked={"1": 1, "2": 0}), FILMS)
    assert one["labels"] == {"likes": "no"}
    assert one["liked"] == ["Dry Ice (1999)"]
    assert one["disliked"] == one["seen"] == []
    assert one["wishes"] == ["I like Dry Ice (1999) very much."]
    assert one["reason"] == "Then Low Tide (2001) is the next one for you."
    assert one["item"] == "Low Tide (2001); crime; A plot."


@pytest.mark.parametrize(
    ("turns", "liked"),
    [
        (("I like @1.", "Have you ever thought of @2?"), {"1": 1, "2": 1}),
        (("I like @1.", "@2 is good."), {"1": 1, "2": 1}),
        (("I like @2.", "Then @2 is the next one for you."), {"2": 1}),
        (SAID, {"1": 1, "2": 2}),
        (SAID, {"1": 1}),
        (("", "", "I like @1 and so I would like @2."), {"1": 1, "2": 1}),
    ],
    ids=["asks", "short", "named by the seeker", "no answer", "no form", "the seeker's own"],
)
def test_what_is_no_suggestion_with_an_answer_is_left_out(turns, liked):
    assert labelled(dialogue(*turns, liked=liked), FILMS) == []


def test_a_film_under_another_id_is_not_new():
    told = dialogue(*SAID, liked={"1": 1, "2": 0})
    told["movieMentions"] = {**NAMES, "2": NAMES["1"]}
    assert labelled(told, FILMS) == []


def test_as_many_liked_as_not_and_one_a_dialogue():
    both = ("I like @1.", "Then @2 is the next one for you. And @3 is by the same people.")
    many = [dialogue(*both, liked={"1": 1, "2": 0, "3": 0}, number=str(n)) for n in range(3)]
    many += [dialogue(*SAID, liked={"1": 1, "2": 1}, number=str(n)) for n in range(3, 12)]
    kept = drawn([labelled(one, FILMS) for one in many])
    assert sorted(one["labels"]["likes"] for one in kept) == ["no"] * 3 + ["yes"] * 3
    assert len({one["id"].split("-")[0] for one in kept}) == 6


def test_the_file_fits_the_rubric_of_the_examples(tmp_path, capsys):
    told = [dialogue(*SAID, liked={"1": 1, "2": n % 2}, number=str(n)) for n in range(4)]
    with gzip.open(tmp_path / "redial_id2info.json.gz", "wt") as file:
        json.dump(FILMS, file)
    with gzip.open(tmp_path / "redial_valid_data.jsonl.gz", "wt") as file:
        file.write("\n".join(map(json.dumps, told)))
    main(tmp_path, tmp_path / "labels.jsonl")
    assert "4 films of 4 dialogues" in capsys.readouterr().out
    rubric = rubric_of(Library.open(PROMPTS).get("judge/taste"))
    made = read_labels(tmp_path / "labels.jsonl", rubric)
    assert [one.labels["likes"] for one in made.cases] == [0, 1, 0, 1]
