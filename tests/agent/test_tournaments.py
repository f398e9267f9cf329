"""Pointwise, pairwise, setwise and windows: pools of any length."""

import asyncio
import itertools
import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from likes import Simulated

from palate.agent.models.scripted import ScriptedModel
from palate.agent.rankers import RankTask, make_ranker
from palate.agent.rankers.logprobs import log_odds
from palate.agent.rankers.strengths import strengths
from palate.agent.rankers.windows import spans_of
from palate.domain import Candidate, Completion, Item, Profile, Request, Start, Usage
from palate.errors import ModelError
from palate.prompts.library import Library
from palate.prompts.tokens import make_counter
from palate.settings import Settings

LIBRARY = Library.open(None)


def pool(count):
    return [Candidate(Item(f"id-{n}", f"Film {n}"), -0.1 * n) for n in range(count)]


def best_last(count):
    return tuple(f"id-{n}" for n in reversed(range(count)))


def rank(name, model, count=8, **chosen):
    chosen = {"candidates": min(count, 200)} | chosen
    task = RankTask(
        candidates=pool(count), profile=Profile(None, Start.NO_USER), request=Request(),
        rank_by="model", items={}, settings=Settings.model_validate({"ranking": chosen}),
        count=make_counter(""), library=LIBRARY, template=LIBRARY.get(make_ranker(name).template),
    )  # fmt: skip
    return asyncio.run(make_ranker(name).rank(task, model, deadline=time.monotonic() + 20))


def bare(call):
    """Says the letter of the film of the highest number, and tells no probabilities."""
    listed = [line.split() for line in call.messages[-1].content.splitlines()]
    letters = {words[0]: int(words[2]) for words in listed if words[1:2] == ["Film"]}
    return max(letters, key=letters.get)


class TestPointwise:
    def test_each_candidate_is_asked_for_in_one_token(self):
        model = Simulated()
        ranking = rank("pointwise", model)
        assert len(model.calls) == ranking.usage.calls == 8
        assert {(c.max_tokens, c.labels) for c in model.calls} == {(1, ("Yes", "No"))}

    def test_the_prompts_differ_in_the_candidates_line_only(self):
        model = Simulated()
        rank("pointwise", model)
        texts = [call.messages[-1].content.splitlines() for call in model.calls]
        assert {len(text) for text in texts} == {len(texts[0])}
        differing = [n for n, lines in enumerate(zip(*texts, strict=True)) if len(set(lines)) > 1]
        assert [texts[0][n].split(":")[0] for n in differing] == ["The item"]

    def test_odds_are_the_opinion(self):
        opinion = rank("pointwise", Simulated(sharpness=0.5)).opinion
        assert opinion.logprobs["id-6"] - opinion.logprobs["id-2"] == pytest.approx(0.5 * 4)
        assert sum(map(math.exp, opinion.logprobs.values())) == pytest.approx(1)

    def test_a_bare_word_will_do(self):
        says = ScriptedModel(lambda c: "Yes." if "Film 5" in c.messages[-1].content else "No")
        ranking = rank("pointwise", says)
        assert ranking.order[0] == "id-5"

    def test_who_was_not_answered_for_is_no_part_of_the_opinion(self):
        says = ScriptedModel(lambda c: "Perhaps" if "Film 5" in c.messages[-1].content else "No")
        ranking = rank("pointwise", says)
        assert "id-5" not in ranking.opinion.order
        assert ranking.notes[0] == "7 of 8 candidates were answered for."

    def test_words_of_neither_side_are_no_answer(self):
        assert log_odds({"Maybe": -0.1, "Perhaps": -3.0}) is None
        assert log_odds({"Maybe": -0.001, "Yes": -9.0}) is None

    def test_a_side_that_was_not_returned_is_below_all_that_were(self):
        assert log_odds({" yes": math.log(0.9), "x": math.log(0.02)}) >= math.log(0.9 / 0.02)

    def test_capitals_and_blanks_are_one_word(self):
        said = {"Yes": math.log(0.3), "\u0120yes": math.log(0.3), "No": math.log(0.2)}
        assert log_odds(said) == pytest.approx(math.log(3))


class TestTournaments:
    @pytest.mark.parametrize("name", ["pairwise", "setwise"])
    @pytest.mark.parametrize("count", [2, 3, 8, 21, 60])
    def test_the_best_of_a_pool_of_any_length_is_found(self, name, count):
        ranking = rank(name, Simulated(), count, rounds=8)
        assert ranking.order[0] == f"id-{count - 1}"
        assert sorted(ranking.opinion.order) == sorted(ranking.order)

    def test_each_pair_is_asked_in_both_orders(self):
        model = Simulated()
        rank("pairwise", model, 2, rounds=1)
        first, second = (call.messages[-1].content.splitlines() for call in model.calls)
        films = [[line[2:] for line in one if line[1:6] == " Film"] for one in (first, second)]
        assert films[0] == films[1][::-1]

    def test_a_model_that_names_whatever_stands_first_has_no_opinion_of_pairs(self):
        opinion = rank("pairwise", ScriptedModel(lambda _: "A")).opinion
        assert max(opinion.logprobs.values()) - min(opinion.logprobs.values()) < 1e-6

    def test_calls_are_counted_and_few(self):
        ranking = rank("setwise", Simulated(), 20, rounds=3)
        assert ranking.usage.calls == 4 + 5 + 4
        assert ranking.notes[0] == "13 of 13 questions about groups were answered."

    @pytest.mark.parametrize("name", ["pairwise", "setwise"])
    def test_a_bare_letter_will_do(self, name):
        ranking = rank(name, ScriptedModel(bare), rounds=6)
        assert ranking.order[0] == "id-7"

    def test_a_round_without_an_answer_is_the_last(self):
        asked = []
        ranking = rank("setwise", ScriptedModel(lambda call: asked.append(call) or "hm"), rounds=9)
        assert len(asked) == 2
        assert ranking.ranked_by == "prior"
        assert "no choice could be read" in ranking.cause

    @given(
        st.lists(st.floats(-3, 3), min_size=4, max_size=12),
        st.integers(2, 4), st.randoms(use_true_random=False),
    )  # fmt: skip
    def test_groups_that_agree_with_a_model_give_it_back(self, truth, size, random):
        items = [f"i{n}" for n in range(len(truth))]
        utility = dict(zip(items, truth, strict=True))
        groups = [items[n : n + 2] for n in range(len(items) - 1)]  # one scale for all
        groups += [random.sample(items, size) for _ in range(5)]
        heard = []
        for group in groups:
            total = math.log(sum(math.exp(utility[one]) for one in group))
            heard.append({one: math.exp(utility[one] - total) for one in group})
        found = strengths(heard)
        mean = sum(truth) / len(truth)
        assert all(abs(found[one] - (utility[one] - mean)) < 0.2 for one in items)


class TestWindows:
    @given(st.integers(1, 200), st.integers(4, 26))
    def test_the_windows_cover_the_pool_and_overlap(self, length, window):
        spans = spans_of(length, window)
        assert {place for start, end in spans for place in range(start, end)} == set(range(length))
        assert spans[-1][0] == 0
        assert all(end - start <= window for start, end in spans)
        assert all(upper[1] > lower[0] for lower, upper in itertools.pairwise(spans))

    def test_what_is_good_climbs_from_the_end_to_the_top(self):
        ranking = rank("windows", Simulated(), 100)
        assert ranking.order[:10] == best_last(100)[:10]
        assert ranking.usage.calls == 9
        assert ranking.notes[0] == "9 of 9 windows were answered."

    def test_one_window_is_enough_for_a_short_pool(self):
        ranking = rank("windows", Simulated(), 12)
        assert (ranking.usage.calls, ranking.order) == (1, best_last(12))

    def test_below_a_silent_window_nothing_was_heard(self):
        class Silent(Simulated):
            async def complete(self, call, *, deadline):
                if len(self.calls) == 1:
                    self.calls.append(call)
                    return Completion("hm", self.name, "stop", Usage(1))
                return await super().complete(call, deadline=deadline)

        ranking = rank("windows", Silent(), 40)
        assert ranking.notes[0] == "2 of 3 windows were answered."
        assert ranking.order[:20] == ranking.opinion.order
        assert sorted(ranking.opinion.order) == sorted(f"id-{n}" for n in range(20))

    def test_a_silent_top_is_the_prior(self):
        class Silent(Simulated):
            async def complete(self, call, *, deadline):
                if self.calls:
                    raise ModelError("gone away")
                return await super().complete(call, deadline=deadline)

        ranking = rank("windows", Silent(), 30)
        assert (ranking.ranked_by, ranking.cause) == ("prior", "gone away")


def test_letters_end_at_26_and_the_reader_is_told():
    ranking = rank("labels", Simulated(), 60)
    assert ranking.notes == ("labels shows 26 candidates at most; windows and setwise show 60.",)
    assert len(ranking.opinion.order) == 26
    assert ranking.order[26:] == tuple(f"id-{n}" for n in range(26, 60))
