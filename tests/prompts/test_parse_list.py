"""Lists in free text, in the forms that models have been seen to write; all titles are our own."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palate.prompts.closed import ClosedSet, plain
from palate.prompts.parse import Titles, parse_labels, parse_listwise
from palate.prompts.parse_list import parse_list

NEWS = {
    "C1": "Harbour ferry stuck on sandbank for second night",
    "C2": "Opinion: the tram should go all the way to the sea",
    "C3": "Baker's dozen: 13 loaves to try before you are 40",
    "C4": "Goalkeeper scores from his own half - again",
    "C5": "Storm warning lifted along the northern coast",
    "C10": "12 quiet gardens for a loud summer",
}
PAST = ("Storm warning for the northern coast", "Mayor opens the new fish market")
FILMS = {
    "f1": "The Lantern",
    "f2": "Heron, The",
    "f3": "Night Boat II",
    "f4": "Night Boat III",
    "f5": "Glass & Salt (Verre et sel)",
    "f6": "Independent Day (1996)",
    "f7": "Das Moor",
}


def news(text):
    return parse_list(text, {label: label for label in NEWS}, NEWS, PAST)


def films(text, outside=("Night Boat", "Harvest Moon")):
    return parse_list(text, {}, FILMS, outside).order


class TestLabels:
    @pytest.mark.parametrize(
        ("text", "order"),
        [
            ("1. C4: Goalkeeper scores from his own half - again\n2. C1: Harbour ferry", "C4 C1"),
            ("[C4] > [C1] > [C10]", "C4 C1 C10"),
            ("C4, C2, C5, C1 and C10.", "C4 C2 C5 C1 C10"),
            ("The best are: C4, C2 and C5. All the others bore them.", "C4 C2 C5"),
            ("1. **C4** - Goalkeeper scores\n2. **C1** - Harbour ferry", "C4 C1"),
            ("1) C4\n2) C1\n3) C4", "C4 C1"),
            ("10. C4: x\n9. C1: y\n8. C2: z", "C2 C1 C4"),
            ("C3: Baker's dozen - fits topic 2: food\nC5: Storm warning lifted - topic 1", "C3 C5"),
            ("1. Goalkeeper scores from his own half - again - C4 (Relevance: 8/10)\n"
             "It fits sports.\n2. Harbour ferry stuck on sandbank for second night - C1", "C4 C1"),
            ("1. C4 fits their love of football.\n2. C1 is about the sea.", "C4 C1"),
            ("* C4\n* C1", "C4 C1"),
            ("\u6392\u5e8f\uff1a\n1\u3001C4\uff1agoal\n2\u3001C1\uff1aferry", "C4 C1"),
        ],
    )  # fmt: skip
    def test_forms(self, text, order):
        assert " ".join(news(text).order) == order

    def test_an_entry_of_the_history_is_no_candidate(self):
        found = news(
            "1. H1: Storm warning for the northern coast\n2. C4: Goalkeeper scores\n"
            "3. H5: Mayor opens the new fish market\n4. C99: Something else\n5. C4: Goalkeeper"
        )
        assert (found.order, found.foreign, found.repeated) == (("C4",), 1, 1)
        assert found.outside == 2

    def test_a_candidates_label_on_a_title_of_the_history_is_the_history(self):
        assert news("1. C3: Mayor opens the new fish market\n2. C1: Harbour ferry").order == ("C1",)

    def test_a_label_on_another_candidates_title_is_that_candidate(self):
        found = news("1. C3: Storm warning lifted along the northern coast (Weather)\n2. C1: Ferry")
        assert found.order == ("C5", "C1")

    def test_topics_come_before_the_ranking_and_words_on_it_after(self):
        found = news(
            "Topics of interest:\n1. Sports\n2. The sea\n3. Food\n\nTop 10 recommended:\n\n"
            "1. C10: 12 quiet gardens for a loud summer\n2. C3: Baker's dozen\n3. C1: Harbour\n\n"
            "1. C3 pertains to food, as in H3: Mayor opens.\n2. C10 is calm.\n3. C1 is the sea.\n"
        )
        assert found.order == ("C10", "C3", "C1")

    def test_matching_each_candidate_is_not_yet_the_ranking(self):
        found = news(
            "C1: Harbour ferry\nScore: 0.2\n\nC2: Opinion: the tram\nScore: 0.9\n\n"
            "C3: Baker's dozen\nScore: 0.4\n\nRanking by relevance:\n\n1. C2: Opinion (0.9)\n"
            "2. C3: Baker's dozen (0.4)\n3. C1: Harbour ferry (0.2)"
        )
        assert found.order == ("C2", "C3", "C1")

    def test_a_draft_gives_way_to_the_final_list(self):
        draft = "Draft:\n1. C1: a\n2. C2: b\n3. C3: c\n\nFinal order:\n1. C3: c\n2. C1: a\n3. C2: b"
        assert news(draft).order == ("C3", "C1", "C2")

    def test_prose_is_no_list(self):
        assert news("I cannot rank these, but C4 looks fun and so might others.").order == ()


class TestTitles:
    @pytest.mark.parametrize(
        ("text", "order"),
        [
            ("1. The Lantern\n2. The Heron\n3. Das Moor", "f1 f2 f7"),
            ("1. lantern (2004)\n2. HERON", "f1 f2"),
            ("1. Harvest Moon - The Heron\n2. Night Boat -> Night Boat III", "f2 f4"),
            ("[1. Harvest Moon - The Lantern], [2. Night Boat - Night Boat II], [3. The Heron].",
             "f1 f3 f2"),
            ("1. Glass and Salt\n2. Verre et sel", "f5"),
            ("1. Independant Day\n2. The Lantren", "f6 f1"),
            ("\u201cThe Lantern\u201d\n\u201cDas Moor\u201d", "f1 f7"),
        ],
    )  # fmt: skip
    def test_forms(self, text, order):
        assert " ".join(films(text)) == order

    @pytest.mark.parametrize("text", ["1. Night Boat", "1. Night Boat IV", "1. Harvest Moo",
                                      "1. Lanterns of the Deep South", "1. Moor"])  # fmt: skip
    def test_what_is_not_in_the_set_is_not_in_the_order(self, text):
        assert films(text) in ((), ("f7",) if text == "1. Moor" else ())

    def test_a_title_of_two_items_is_nobodys(self):
        assert parse_list(
            "1. Twice\n2. Once", {}, {"a": "Twice", "b": "twice", "c": "Once"}
        ).order == ("c",)

    def test_the_longest_title_wins(self):
        titles = {"a": "Alien", "b": "Alien: The Return"}
        assert parse_list("1. Alien: The Return (1990)", {}, titles).order == ("b",)

    def test_titles_in_answer_to_letters_are_read_and_said_to_be(self):
        labels = {"A": "f1", "B": "f2", "C": "f7"}
        for parse in (parse_labels, parse_listwise):
            opinion = parse("1. Das Moor\n2. The Heron", labels, Titles(FILMS))
            assert opinion.order == ("f7", "f2")
            assert "titles read instead of labels" in opinion.repairs
        assert parse_labels("1. Night Boat II", labels, Titles(FILMS)).order == ()

    @pytest.mark.parametrize(
        ("one", "other"),
        [("Crow, The", "The Crow"), ("L\u00e9on (1994)", "Leon"), ("Tom & Jo", "Tom and Jo")],
    )
    def test_plain_titles(self, one, other):
        assert plain(one) == plain(other)


@given(
    st.text(max_size=400)
    | st.lists(st.sampled_from(["1. C4: ", "H5", "C1", "\n", " - ", "Heron", "[", "]", ", ", "A"]),
               max_size=60).map("".join)
)  # fmt: skip
@settings(deadline=None)
def test_no_text_raises_and_no_id_is_invented(text):
    for found in (news(text).order, films(text)):
        assert len(set(found)) == len(found)
        assert set(found) <= NEWS.keys() | FILMS.keys()


@pytest.mark.parametrize(
    "piece", ["1. Night Boat", "C4, ", "[", "1. C4: x\n", " - ", "a ", "1.", "C"]
)
def test_time_grows_with_the_length_and_no_faster(piece):
    def seconds(length):
        text = (piece * length)[:length]
        started = time.process_time()
        news(text)
        films(text)
        return time.process_time() - started

    seconds(2_000)
    assert seconds(32_000) < 40 * max(seconds(2_000), 0.02)


def test_an_empty_set_names_nothing():
    assert ClosedSet.of({}).like("anything at all") is None
    assert parse_list("1. Anything", {}, {}).order == ()
