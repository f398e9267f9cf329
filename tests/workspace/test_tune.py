"""Tuning a workspace: no leak, nothing paid twice, and what slate and doctor say afterwards."""

import asyncio
import json
import shutil
from dataclasses import replace

import pytest

from palate import Palate
from palate.agent.models.scripted import ScriptedModel
from palate.agent.rankers import make_ranker
from palate.agent.tuning_store import STALE, Key, Tuned, Weights
from palate.domain import Completion, Usage
from palate.errors import EvalError, PrerequisiteError
from palate.eval.runs.labels import labelled
from palate.workspace.doctor import examine
from palate.workspace.tune import Wanted, dry_run
from palate.workspace.tuned import prior_digest, read_weights, weights_file

GOOD, BAD = "simulated:skill=0.7,bias=0.5", "simulated:skill=0"
SILENT = lambda *_: None  # noqa: E731


@pytest.fixture(scope="module")
def warm(example_once, tmp_path_factory):
    """An example whose snapshot for tuning is made already: copy it."""
    folder = shutil.copytree(example_once, tmp_path_factory.mktemp("tuned") / "films")
    with Palate.open(folder, model__name=GOOD) as palate:
        palate.tune(ranker="first-token", limit=40)
    weights_file(palate).unlink()
    return folder


@pytest.fixture
def shop(warm, tmp_path):
    return shutil.copytree(warm, tmp_path / "films")


class Reader:
    """Orders candidates by the length of their lines; ends the process at a chosen call."""

    name = "reader"

    def __init__(self, last=10**9):
        self.calls, self.last = 0, last

    async def complete(self, call, *, deadline):
        del deadline
        self.calls += 1
        if self.calls == self.last + 1:
            raise EvalError("ended")
        if self.calls > self.last:
            await asyncio.sleep(60)  # under way when the others end
        lines = labelled(call)
        order = sorted(lines, key=lambda label: (len(lines[label]), lines[label]))
        logprobs = {label: -0.3 * place for place, label in enumerate(order)}
        return Completion(order[0], self.name, "length", Usage(1, 10, 1), (logprobs,))

    async def aclose(self):
        pass


def test_a_model_with_skill_gets_a_weight_and_one_without_gets_none(shop):
    with Palate.open(shop, model__name=GOOD) as palate:
        good = palate.tune(ranker="first-token", limit=60).tuned
    with Palate.open(shop, model__name=BAD) as palate:
        bad = palate.tune(ranker="labels", limit=60).tuned
        entries = read_weights(palate).entries
    assert good.low > 0
    assert good.weight > 0.1
    assert len(good.leans) == 20
    assert good.leans[0] > good.leans[-1]
    assert bad.weight == 0
    assert bad.low <= 0
    assert "did not help" in bad.sentence
    assert {(key.model, key.ranker) for key in entries} == {(GOOD, "first-token"), (BAD, "labels")}
    assert weights_file(palate).stat().st_mode & 0o777 == 0o600
    assert not list((palate.folder.data / "runs").glob("tune-*"))


def lean_of(shop, order):
    with Palate.open(shop, ranking__order=order) as palate:
        palate.use_model(Reader())
        return palate.tune(ranker="first-token", limit=40).tuned.leans


def test_a_lean_is_learnt_only_where_chance_deals_the_slots(shop):
    # The reader looks at lines and never at slots; what is left is chance over 40 cases.
    leans = lean_of(shop, "shuffled")
    assert len(leans) == 20
    assert max(map(abs, leans)) < 1.0
    assert lean_of(shop, "retrieved") == ()


def test_a_tune_that_was_cut_off_pays_for_nothing_twice(shop, tmp_path):
    whole, first, rest = Reader(), Reader(last=20), Reader()
    other = shutil.copytree(shop, tmp_path / "other")
    with Palate.open(other) as palate:
        palate.use_model(whole)
        wanted = palate.tune(ranker="first-token", limit=40, concurrency=3)
    with Palate.open(shop) as palate:
        palate.use_model(first)
        with pytest.raises(EvalError, match="ended"):
            palate.tune(ranker="first-token", limit=40, concurrency=3)
        assert not read_weights(palate).entries
    with Palate.open(shop) as palate:
        palate.use_model(rest)
        found = palate.tune(ranker="first-token", limit=40, concurrency=3)
    assert rest.calls == whole.calls - 20
    assert replace(found.tuned, at="") == replace(wanted.tuned, at="")
    assert found.usage.calls == wanted.usage.calls == whole.calls


def test_forgetting_a_person_reaches_a_tune_that_was_cut_off(shop, bytes_of):
    with Palate.open(shop) as palate:
        palate.use_model(Reader(last=5))
        with pytest.raises(EvalError, match="ended"):
            palate.tune(ranker="first-token", limit=40, concurrency=1)
        [folder] = (palate.folder.data / "runs").glob("tune-*")
        assert folder.stat().st_mode & 0o077 == 0
        from palate.eval.cases import read_cases

        palate.forget(read_cases(folder / "cases.jsonl.gz")[0].user)
        assert not folder.exists()


def test_a_dry_run_calls_nobody(shop):
    reader = Reader()
    with Palate.open(shop) as palate:
        palate.use_model(reader)
        found = dry_run(palate, Wanted("first-token", limit=30, price_in=2.0), SILENT)
    assert reader.calls == 0
    assert found["cases"] == found["calls"] == 30
    assert found["usd_at_most"] == pytest.approx(found["prompt_tokens"] * 2e-6)


def test_without_a_model_or_with_a_silent_one_it_says_what_to_do(shop):
    with Palate.open(shop) as palate:
        with pytest.raises(PrerequisiteError, match=r"model\.name"):
            palate.tune()
        palate.use_model(ScriptedModel(lambda _: "", name="mute"))
        with pytest.raises(EvalError, match="gave labels no order"):
            palate.tune(ranker="labels", limit=5)
        # It has no log-probabilities: what letters say is another ranker's.
        palate.use_model(asked([]))
        with pytest.raises(EvalError, match="gives no log-probabilities"):
            palate.tune(ranker="first-token", limit=5)
        assert not read_weights(palate).entries


def kept(palate, tuned, ranker="labels", model="m"):
    """Keeps a weight for a ranker's own template."""
    template = palate.library.get(make_ranker(ranker).template)
    key = Key(f"{template.name}@{template.version}", template.sha256, model, ranker)
    Weights({key: tuned}).write(weights_file(palate))


def tuned(palate, weight, **changes):
    prior = prior_digest(palate)
    return replace(Tuned(weight, 0.01, 0.002, 0.02, 90, 0.7, prior=prior), **changes)


def asked(calls):
    def reply(call):
        calls.append(call)
        letters = " ".join(labelled(call))
        return json.dumps({"order": letters, "reasons": []}) if call.schema else letters

    return ScriptedModel(reply, name="m")


@pytest.mark.parametrize("ranker", ["labels", "listwise"])
def test_the_slate_takes_the_weight_and_says_so(shop, ranker):
    with Palate.open(shop, ranking__ranker=ranker) as palate:
        palate.use_model(asked([]))
        assert "(weight 0.5, untuned)" in palate.recommend("ada").how
        kept(palate, tuned(palate, 0.7), ranker)
        palate.use_model(asked([]))
        slate = palate.recommend("ada")
        assert "(weight 0.7, tuned)" in slate.how
        assert slate.tuned
        palate.use_model(ScriptedModel(lambda _: "A B", name="another"))
        assert "untuned" in palate.recommend("ada").how


def test_a_weight_of_0_leaves_the_priors_order_and_says_so(shop):
    with Palate.open(shop, ranking__ranker="listwise") as palate:
        calls = []
        prior = [one.item.id for one in palate.recommend("ada", rank_by="prior")]
        kept(palate, tuned(palate, 0.0, low=-0.01), "listwise")
        palate.use_model(asked(calls))
        slate = palate.recommend("ada")
        assert [one.item.id for one in slate] == prior
        assert "(weight 0, tuned)" in slate.how
        assert any("did not help" in line for line in slate.remarks())
        assert len(calls) == 1  # it still gives the reasons
        forced = palate.recommend("ada", rank_by="model")
        assert forced.ranked_by == "model"
        assert not any("did not help" in line for line in forced.remarks())


def test_a_model_of_weight_0_that_gives_no_reasons_is_not_asked(shop):
    with Palate.open(shop, ranking__ranker="labels") as palate:
        calls = []
        kept(palate, tuned(palate, 0.0, low=-0.01))
        palate.use_model(asked(calls))
        slate = palate.recommend("ada")
        assert (slate.ranked_by, len(calls)) == ("prior", 0)
        assert "did not help" in slate.cause
        assert palate.recommend("ada", rank_by="model").ranked_by == "model"
        assert len(calls) == 1


def test_a_weight_survives_a_fit_and_is_stale_beside_another_prior(shop):
    with Palate.open(shop, ranking__ranker="labels") as palate:
        kept(palate, tuned(palate, 0.7))
        palate.fit()
        palate.use_model(asked([]))
        assert STALE not in palate.recommend("ada").remarks()
        for item in [one.item.id for one in palate.recommend("ada", n=5)]:
            palate.feedback("ada", item, "like")
        palate.fit()
        slate = palate.recommend("ada")
        assert "(weight 0.7, tuned)" in slate.how
        assert STALE in slate.remarks()


def finding(folder, name="m"):
    with Palate.open(folder, ranking__ranker="labels", model__name=name) as palate:
        return next(c for c in examine(palate).checks if c.part == "weight")


def test_the_doctor_says_what_the_weight_stands_on(shop, unused_url, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", unused_url)
    monkeypatch.setenv("OPENAI_API_KEY", "no key")
    found = finding(shop)
    assert found.state == "note"
    assert "untuned, 0.5" in found.finding
    assert "palate tune" in found.advice
    for weight, state, words in ((0.7, "ok", "0.7"), (0.0, "note", "did not help")):
        with Palate.open(shop) as palate:
            kept(palate, tuned(palate, weight))
        assert finding(shop).state == state
        assert words in finding(shop).finding
    with Palate.open(shop) as palate:
        kept(palate, tuned(palate, 0.7, prior="older"))
    assert "fitted again" in finding(shop).advice
    with Palate.open(shop) as palate:
        weights_file(palate).write_text("{")
    assert finding(shop).state == "wrong"
