"""The grid of simulated models in short: `python -m benchmarks.simulated` measures all of it."""

import importlib
from pathlib import Path

import pytest

#: Corners of the grid: no skill, some under full bias, full skill, and the adversary.
CORNERS = ((0.0, 1.0), (0.5, 1.0), (1.0, 0.0), (-1.0, 0.5))


@pytest.fixture(scope="module")
def cells():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).parents[2]))
        bench = importlib.import_module("benchmarks.simulated")
        return {(one.skill, one.bias): one for one in bench.run(80, 110, CORNERS)}


def test_fusion_does_no_harm(cells):
    for one in cells.values():
        assert one.fused.low >= -0.005, one
        assert one.letters.low >= -0.005, one


def test_a_model_that_knows_nothing_or_lies_gets_no_weight(cells):
    for one in (cells[0.0, 1.0], cells[-1.0, 0.5]):
        assert one.fused.weight == one.letters.weight == 0
    assert cells[-1.0, 0.5].untuned < -0.1


def test_where_skill_is_real_fusion_gains(cells):
    for found in (cells[1.0, 0.0].fused, cells[1.0, 0.0].letters):
        assert found.low > 0
        assert found.weight > 0.5


def test_adaptive_first_token_is_nearly_as_good_for_less_than_a_third_of_the_calls(cells):
    for one in cells.values():
        assert one.share <= 0.33, one
    # 80 cases are too few to tell 95 % from 90 %: the benchmark asks 1,000.
    assert cells[0.5, 1.0].kept > 0.88
    assert cells[1.0, 0.0].kept > 0.88


def test_no_item_is_lifted_beyond_the_cap(cells):
    assert all(one.lifted <= 3 for one in cells.values())
    assert any(one.lifted == 3 for one in cells.values())


def test_the_same_seeds_say_the_same(cells):
    bench = importlib.import_module("benchmarks.simulated")
    assert bench.run(20, 30, CORNERS[1:2]) == bench.run(20, 30, CORNERS[1:2])
