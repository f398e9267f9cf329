"""A budget is never exceeded on what was countable before a call, whichever ranker asks."""

import shutil
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from palate import Budget, Palate
from palate.agent.allowance import PER_MESSAGE
from palate.agent.budget import Form, forms
from palate.agent.rankers import RANKERS
from palate.domain import Completion, Usage
from palate.errors import ReplyError, SettingsError
from palate.prompts.tokens import make_counter

PRICE_IN, PRICE_OUT = 2.0, 10.0
_COUNT = make_counter()


class Spender:
    """A model that always writes as much as it may, and gives log-probabilities if told to."""

    name = "spender"

    def __init__(self, logprobs=True, fails=False):
        self.logprobs, self.fails, self.calls = logprobs, fails, []

    async def complete(self, call, *, deadline):
        self.calls.append(call)
        if self.fails:
            raise ReplyError("no reply", retryable=True)
        tops = (
            ({"A": -1.0, "B": -1.01, "C": -2.0, "Yes": -1.2},)
            if call.top_logprobs and self.logprobs
            else ()
        )
        said = "Yes" if "Yes" in call.labels else "A B C"
        return Completion(said, self.name, "length", Usage(1, 1, call.max_tokens), tops)

    async def aclose(self):
        pass

    @property
    def prompt(self):
        return sum(
            _COUNT("\n".join(m.content for m in call.messages)).tokens
            + PER_MESSAGE * len(call.messages)
            for call in self.calls
        )

    @property
    def reply(self):
        return sum(call.max_tokens for call in self.calls)


@pytest.fixture(scope="module")
def palate(small_once, tmp_path_factory):
    folder = shutil.copytree(small_once, tmp_path_factory.mktemp("budget") / "shop")
    with Palate.open(folder, model__price_in=PRICE_IN, model__price_out=PRICE_OUT) as palate:
        yield palate


def spend(palate, budget, ranker, **model):
    spender = Spender(**model)
    palate.use_model(spender)
    return palate.recommend("u1", ranker=ranker, budget=budget, n=5), spender


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 3000), st.sampled_from(RANKERS), st.booleans(), st.booleans(), st.booleans())
def test_never_exceeded(palate, tokens, ranker, logprobs, fails, money):
    budget = Budget(usd=tokens * 3e-6) if money else Budget(tokens=tokens)
    slate, model = spend(palate, budget, ranker, logprobs=logprobs, fails=fails)
    assert model.prompt + model.reply <= tokens or money
    assert not money or model.prompt * PRICE_IN + model.reply * PRICE_OUT <= tokens * 3 + 1e-3
    assert all(not call.retry for call in model.calls)
    assert len(slate) == 5
    assert model.calls or (slate.ranked_by == "prior" and "budget" in slate.cause)


@pytest.mark.parametrize("ranker", RANKERS)
def test_plenty_cuts_nothing(palate, ranker):
    slate, model = spend(palate, Budget(100_000, 10.0, 60_000), ranker)
    free, other = spend(palate, None, ranker)
    assert slate.ranker == free.ranker == ranker
    assert [replaced.messages for replaced in model.calls] == [one.messages for one in other.calls]
    assert not any("budget" in note for note in slate.notes)


def test_the_slate_says_what_was_cut(palate):
    _, model = spend(palate, Budget(100_000), "listwise")
    whole = model.prompt + model.reply
    fewer, _ = spend(palate, Budget(whole - 1), "listwise")
    assert "cut reasons from 5 to 3" in fewer.notes[0]
    cheaper, _ = spend(palate, Budget(whole // 3), "listwise")
    assert "listwise to first-token" in " ".join(cheaper.notes)
    assert cheaper.ranker == "first-token"


def test_nothing_fits(palate):
    slate, model = spend(palate, Budget(20), "labels")
    assert not model.calls
    assert "does not pay for a call; the least needs" in slate.cause


def test_a_second_question_is_paid_from_the_same_budget(palate):
    _, model = spend(palate, Budget(100_000), "first-token")
    assert len(model.calls) == 2
    slate, model = spend(palate, Budget(model.prompt + model.reply - 1), "first-token")
    assert len(model.calls) == 1
    assert "exceed the budget" in " ".join(slate.notes)


def test_no_time_is_no_call(palate):
    slate, model = spend(palate, Budget(ms=0), "labels")
    assert not model.calls
    assert slate.ranked_by == "prior"


def test_settings_hold_a_budget_too(small):
    with Palate.open(small, budget__tokens=20) as palate:
        _, model = spend(palate, None, "labels")
        assert not model.calls
        _, model = spend(palate, Budget(tokens=5000), "labels")
        assert model.calls


def test_dollars_need_prices(small):
    with Palate.open(small) as palate, pytest.raises(SettingsError, match="price_in"):
        spend(palate, Budget(usd=1), "labels")


@pytest.mark.parametrize("budget", [Budget(tokens=0), Budget(usd=-1), Budget(ms=float("nan"))])
def test_amounts_that_are_none(palate, budget):
    with pytest.raises(SettingsError, match="give a number"):
        palate.recommend("u1", budget=budget)


@given(st.sampled_from(RANKERS), st.integers(2, 26), st.integers(0, 40), st.integers(0, 20))
def test_forms_never_grow(ranker, candidates, history, reasons):
    found = list(forms(Form(ranker, candidates, history, reasons, 5)))
    for before, after in pairwise(found):
        assert after != before
        assert after.candidates <= before.candidates
        assert after.history <= before.history
        assert after.reasons <= before.reasons
