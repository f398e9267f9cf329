"""Decides what weight a model's opinion gets: learnt on some people, tried on the others."""

from __future__ import annotations

from collections.abc import Sequence

from palate.agent.tuning import Heard, learn_apart, learn_weight
from palate.agent.tuning_store import ENOUGH, Tuned


def weigh(
    cases: Sequence[Heard],
    *,
    leans: Sequence[float] = (),
    seed: int = 0,
    lift_cap: int | None = None,
) -> Tuned:
    """Learns a weight and whether it is worth having.

    Every case is ranked with a weight that was learnt without its person, and held against the
    prior's own order. Where the interval of the difference does not clear zero, or there are fewer
    than `ENOUGH` cases, the weight is 0.

    Args:
        cases: Of two people at least; all of them count, also where the model was silent.
        leans: What was taken off the model's log-probabilities, by slot; noted with the weight.
        seed: Of the parts and of the bootstrap.
        lift_cap: As it is in force.

    Raises:
        EvalError: The cases are of fewer than two people.
    """
    from palate.eval.bootstrap import paired
    from palate.eval.metrics import NDCG, evaluate

    metric = NDCG @ 10
    apart = learn_apart(cases, seed=seed)
    orders = [
        case.order(weight, lift_cap=lift_cap) for case, weight in zip(cases, apart, strict=True)
    ]
    before = [case.order(0.0) for case in cases]
    truths = [case.truth for case in cases]
    ours, prior = (evaluate([metric], truths, found)[:, 0] for found in (orders, before))
    people = [case.person for case in cases]
    compared = paired(ours, prior, seed=seed, users=people)
    helps = compared.verdict == "better" and len(cases) >= ENOUGH
    careful, difference = learn_weight(cases), compared.difference
    return Tuned(
        weight=round(careful, 6) if helps else 0.0,
        gain=difference.mean,
        low=difference.low,
        high=difference.high,
        cases=len(cases),
        wanted=round(learn_weight(cases, careful=0.0), 6),
        metric=str(metric),
        leans=tuple(leans),
    )
