"""What a workspace records it can replay, and forgets with the people."""

import pytest

from palate import Palate
from palate.agent.models.scripted import ScriptedModel
from palate.errors import PrerequisiteError, SettingsError


def letters(call):
    return "B A" if "letter" in call.messages[0].content else "{}"


@pytest.fixture
def recorded(small, tmp_path):
    path = tmp_path / "calls.jsonl"
    with Palate.open(small, model__record=str(path)) as palate:
        palate.use_model(ScriptedModel(letters))
        slate = palate.recommend("u1", ranker="labels", n=5)
    return path, slate


def ids(slate):
    return [one.item.id for one in slate]


def test_a_replay_gives_the_same_slate(small, recorded):
    path, slate = recorded
    assert slate.ranked_by == "fused"
    with Palate.open(small, model__replay=str(path)) as palate:
        again = palate.recommend("u1", ranker="labels", n=5)
        assert (ids(again), again.model, again.usage) == (ids(slate), slate.model, slate.usage)


@pytest.mark.parametrize("ranker", ["labels", "consensus", "listwise"])
def test_a_call_that_was_not_recorded_is_an_error(small, recorded, ranker):
    with (
        Palate.open(small, model__replay=str(recorded[0])) as palate,
        pytest.raises(PrerequisiteError, match=r"key [0-9a-f]{20}"),
    ):
        palate.recommend("u2", ranker=ranker, n=5)


def test_no_id_is_recorded_and_forgetting_deletes_the_file(small, recorded):
    path, _ = recorded
    assert "u1" not in path.read_text()
    with Palate.open(small) as palate:
        palate.forget("u3")
    assert not path.exists()


def test_recording_goes_on_after_forgetting(small, recorded):
    path, _ = recorded
    with Palate.open(small, model__record=str(path)) as palate:
        palate.use_model(ScriptedModel(letters))
        palate.recommend("u1", ranker="labels")
        palate.forget("u3")
        palate.recommend("u2", ranker="labels")
        assert len(path.read_text().splitlines()) == 1
        palate.forget("u2")
    assert not path.exists()


def test_both_at_once_is_refused(small, recorded):
    path = str(recorded[0])
    with (
        Palate.open(small, model__record=path, model__replay=path) as palate,
        pytest.raises(SettingsError, match="keep one"),
    ):
        palate.recommend("u1")
