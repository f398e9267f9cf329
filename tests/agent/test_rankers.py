"""The rankers beside listwise: letters, one token, several deals; and what they are made of."""

import asyncio
import itertools
import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from likes import Simulated

from palate.agent.models.openai import OpenAIModel
from palate.agent.models.replies import read_logprobs
from palate.agent.models.scripted import ScriptedModel
from palate.agent.rankers import RANKERS, RankTask, make_ranker
from palate.agent.rankers.aggregate import agreement, borda, kemeny
from palate.agent.rankers.logprobs import label_logprobs
from palate.domain import Candidate, Item, Profile, Request, Start
from palate.errors import SettingsError
from palate.prompts.library import Library
from palate.prompts.tokens import make_counter
from palate.settings import Settings

LIBRARY = Library.open(None)
CANDIDATES = [Candidate(Item(f"id-{n}", f"Film {n}"), -0.1 * n) for n in range(8)]
TOKENS = st.text(max_size=2) | st.sampled_from("ABC")
PRIOR = tuple(c.item.id for c in CANDIDATES)


def task(name, **settings):
    chosen = Settings.model_validate({"ranking": settings})
    return RankTask(
        candidates=CANDIDATES, profile=Profile(None, Start.NO_USER), request=Request(),
        rank_by="model", items={}, settings=chosen, count=make_counter(""), library=LIBRARY,
        template=LIBRARY.get(make_ranker(name).template),
    )  # fmt: skip


def rank(name, model, **settings):
    deadline = time.monotonic() + 5
    return asyncio.run(make_ranker(name).rank(task(name, **settings), model, deadline=deadline))


@pytest.mark.parametrize("name", [name for name in RANKERS if name != "listwise"])
def test_a_models_order_is_found(name):
    ranking = rank(name, Simulated())
    assert ranking.order == tuple(reversed(PRIOR))
    assert (ranking.ranker, ranking.ranked_by, ranking.opinion.repairs) == (name, "model", ())


def test_an_unknown_ranker_names_those_there_are():
    with pytest.raises(SettingsError, match="listwise, labels, first-token, consensus"):
        make_ranker("guess")


class TestFirstToken:
    def test_a_sure_model_is_asked_once_for_one_token(self):
        model = Simulated(sharpness=3)
        ranking = rank("first-token", model)
        assert [(c.max_tokens, c.top_logprobs, c.schema) for c in model.calls] == [(1, 20, None)]
        assert sum(map(math.exp, ranking.opinion.logprobs.values())) == pytest.approx(1)

    def test_an_unsure_one_is_asked_again_the_other_way_round(self):
        model = Simulated(sharpness=0.01)
        ranking = rank("first-token", model)
        first, second = (call.messages[-1].content.splitlines() for call in model.calls)
        films = [[line[2:] for line in one if line[1:6] == " Film"] for one in (first, second)]
        assert films[0] == films[1][::-1]
        assert "both orders" in ranking.notes[0]
        assert ranking.usage.calls == 2

    def test_the_bias_of_places_falls_out_of_two_orders(self):
        ranking = rank("first-token", Simulated(sharpness=0.02, bias=0.05))
        assert ranking.order == tuple(reversed(PRIOR))

    def test_letters_that_were_not_returned_are_no_opinion(self):
        ranking = rank("first-token", Simulated(sharpness=3, top=3))
        assert ranking.opinion.order == PRIOR[:-4:-1]
        assert ranking.order[:3] == PRIOR[:-4:-1]

    @pytest.mark.parametrize(
        ("model", "why"),
        [
            (ScriptedModel(lambda _: "H G F E D C B A"), "gives no log-probabilities"),
            (Simulated(mass=0.01), "only 1% of simulated's probability was on letters"),
        ],
    )
    def test_it_steps_down_to_letters_and_says_so(self, model, why):
        ranking = rank("first-token", model)
        assert ranking.ranker == "labels"
        assert ranking.notes[0].startswith("Asked for first-token, used labels:")
        assert why in ranking.notes[0]
        assert len(ranking.opinion.order) == 8


class TestConsensus:
    def test_the_letters_are_dealt_anew_each_time(self):
        model = Simulated()
        ranking = rank("consensus", model, permutations=4)
        assert len({call.messages[-1].content for call in model.calls}) == 4
        assert ranking.notes == (
            "4 of 4 orders, agreeing with one another to +1.00 (Kendall tau).",
        )
        assert ranking.usage.calls == 4

    def test_what_failed_is_left_out_and_counted(self):
        replies = iter(["A B C D E F G H", "no idea", "A B C D E F G H"])
        ranking = rank("consensus", ScriptedModel(replies), permutations=4)
        assert "2 of 4 orders" in ranking.notes[0]
        assert ranking.usage.calls == 3


def test_over_a_socket(spawn):
    _, url = spawn("--scenario", "good")
    model = OpenAIModel("vllm-like", base_url=url)
    for name in ("first-token", "labels", "consensus"):
        ranking = rank(name, model)
        shown = ranking.opinion.order
        assert len(shown) == 8
        assert ranking.ranker == name


class TestLogprobs:
    def test_the_same_letter_in_several_tokens_adds_up(self):
        found = label_logprobs(
            {"A": math.log(0.2), "\u0120A": math.log(0.2), "B": math.log(0.3), "x": math.log(0.1)},
            "ABC",
        )
        assert list(found.values) == ["A", "B", "C"]
        assert found.mass == pytest.approx(0.7)
        assert found.missing == ("C",)
        assert math.exp(found.values["A"] - found.values["B"]) == pytest.approx(4 / 3)
        assert math.exp(found.values["B"] - found.values["C"]) >= 3

    @given(
        st.dictionaries(
            st.text(max_size=2) | st.sampled_from("ABC"), st.floats(-9999, 0), min_size=1
        )
    )
    def test_it_is_a_distribution_over_all_labels(self, returned):
        found = label_logprobs(returned, "ABCD")
        if found is None:
            assert not {token.strip(" \t\n\u0120\u2581\u010a") for token in returned} & set("ABCD")
            return
        assert sorted(found.values) == list("ABCD")
        assert sum(map(math.exp, found.values.values())) == pytest.approx(1)
        assert 0 <= found.mass <= 1
        assert all(a >= b for a, b in itertools.pairwise(found.values.values()))

    @pytest.mark.parametrize(
        "sent",
        [None, 3, {}, {"content": None}, {"content": [None, 4]},
         {"content": [{"token": 4, "logprob": "x", "top_logprobs": 7}]},
         {"content": [{"token": "A", "logprob": float("nan"), "top_logprobs": [None, {}]}]}],
    )  # fmt: skip
    def test_what_is_malformed_is_not_there(self, sent):
        assert not any(read_logprobs(sent))

    def test_what_is_impossible_stays_a_number(self):
        sent = {"content": [{"token": "A", "logprob": 1e-9, "top_logprobs": [
            {"token": "B", "logprob": -1e30}]}]}  # fmt: skip
        assert read_logprobs(sent) == ({"A": 0.0, "B": -9999.0},)


def distance(order, orders):
    return sum(
        one.index(a) > one.index(b) for one in orders for a, b in itertools.combinations(order, 2)
    )


class TestAggregate:
    def test_borda_shares_the_open_places(self):
        assert borda([["a", "b"], ["a"]], "abc") == {"a": 0.0, "b": -1.25, "c": -1.75}

    @given(st.lists(st.permutations("abcde"), min_size=1, max_size=5))
    def test_kemeny_is_no_worse_than_borda_and_no_single_move_helps(self, orders):
        found = kemeny(orders, "abcde")
        assert sorted(found) == list("abcde")
        scores = borda(orders, "abcde")
        assert distance(found, orders) <= distance(
            sorted("abcde", key=lambda i: -scores[i]), orders
        )
        for item in found:
            others = [one for one in found if one != item]
            for place in range(5):
                moved = [*others[:place], item, *others[place:]]
                assert distance(found, orders) <= distance(moved, orders)

    def test_agreement(self):
        assert agreement(["abc"]) == 1
        assert agreement(["abc", "abc"]) == 1
        assert agreement(["abc", "cba"]) == -1
        assert agreement(["ab", "cd"]) == 1  # nothing in common, nothing to disagree about
