"""Tables of what stands beside the ranking, one form for terminal, Markdown and report."""

from __future__ import annotations

from collections.abc import Iterator

from palate.eval.judge.tables import judge_sections
from palate.eval.metrics.reasons import NAMES
from palate.eval.removal.tables import moved_section
from palate.eval.runs.health import MENDED, OUTCOMES
from palate.eval.runs.section import Section
from palate.eval.runs.summary import Line, Mean, RunSummary

#: How the tables call the metrics of reasons.
_HEADS = {
    "SupportedClaims": "supported", "OwnWords": "own words", "EvidenceUsed": "evidence",
    "ReasonRepetition": "repeats", "ReasonSameness": "shared", "ReasonWords": "words",
}  # fmt: skip


def sections(summary: RunSummary) -> Iterator[Section]:
    """Yields the tables that a run has something for."""
    models = [line for line in summary.lines if line.kind == "model"]
    if models:
        yield _validity(models)
    if any(line.cost.get("cold_p95") for line in models):
        yield _latency(models)
    foretold = [line for line in summary.lines if line.foretold or line.own_foretold]
    if foretold:
        yield _foretold(foretold)
    if summary.steadiness:
        yield _steadiness(summary)
    if summary.probed:
        yield _probes(summary)
    told = [line for line in models if line.reasons]
    if told:
        yield _reasons(told)
    if summary.moved:
        yield moved_section(summary.moved, f"{summary.level * 100:g} %")
    if summary.judge is not None:
        yield from judge_sections(summary.judge)


def _validity(lines: list[Line]) -> Section:
    heads = tuple(
        name for name in (*OUTCOMES, *MENDED)
        if name == "complete" or any(line.health.get(name) for line in lines)
    )  # fmt: skip
    rows = {line.name: tuple(_share(line, name) for name in heads) for line in lines}
    return Section("Validity of the replies", _VALIDITY, heads, rows)


def _share(line: Line, name: str) -> str:
    count = line.health.get(name, 0)
    return f"{count / max(line.health.get('cases', 0), 1):.1%}" if count else "-"


_VALIDITY = (
    "Shares of the cases. One of the first seven is true of each. complete: an order of all "
    "candidates, nothing mended; repaired: an order that had to be mended; truncated: cut at its "
    "limit; refused: the model declined (in the API's field for it, by the content filter, or in "
    "so many words); silent: an empty reply; failed: no reply; unread: a reply without an order. "
    "Of those repaired: foreign: names what is no candidate; duplicate: names one twice; history "
    "repeat: names an item of the person's own past instead; partial: leaves candidates out. What "
    "happened to nobody is left out."
)


def _latency(lines: list[Line]) -> Section:
    names = ("seconds_p50", "seconds_p95", "cold_p50", "cold_p95")
    rows = {one.name: tuple(_seconds(one.cost.get(name)) for name in names) for one in lines}
    return Section("Latency of an answer", _LATENCY, ("p50", "p95", "cold p50", "cold p95"), rows)


_LATENCY = (
    "Seconds that a case waited for its model, retries included, waiting for a turn not. Cold: the "
    "first cases of the run, those that are asked before any reply is back, and the first of each "
    "variant: connections, caches and a server that loads its model are in them. The others are "
    "warm; after a run was resumed, so are its first ones."
)


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _foretold(lines: list[Line]) -> Section:
    names = list(dict.fromkeys(name for one in lines for name in one.foretold))
    rows = {
        one.name: tuple(
            _bounded(found.get(name), one)
            for name in names
            for found in (one.foretold, one.own_foretold)
        )
        for one in lines
    }
    heads = tuple(head for name in names for head in (name, f"{name}, model"))
    return Section("How sure, and how rightly", _SURE, heads, rows, "line")


_SURE = (
    "Probabilities over the candidates of a case; lower is better. LogLoss: -ln p of the right "
    "item, in nats (20 candidates alike: 3.00); Brier: squared error summed over the candidates, "
    "from 0 to 2; ECE: how far probabilities are from the shares that were right. The prior's are "
    "those of its conditional logit, the product's those of the fusion, the model's its own "
    "log-probabilities of labels, where its ranker asks for them. A line that gives none has none; "
    '"of n of m": the others gave none, and easy cases alone look well foretold.'
)


def _bounded(mean: Mean | None, line: Line) -> str:
    if mean is None:
        return "-"
    cases = line.health.get("cases", mean.n)
    part = f" of {mean.n:,} of {cases:,}" if mean.n < cases else ""
    return f"{mean.mean:.3f} [{mean.low:.3f}, {mean.high:.3f}]{part}"


def _steadiness(summary: RunSummary) -> Section:
    level = f"{summary.level * 100:g} %"
    rows = {
        f"{one.variant}: {one.first}, {one.second}": (
            f"{one.tau.n:,}", f"{one.tau.mean:.3f}", f"{one.tau.low:.3f} {one.tau.high:.3f}",
            f"{one.same.mean:.1%}", f"{one.same.low:.1%} {one.same.high:.1%}",
        )
        for one in summary.steadiness
    }  # fmt: skip
    heads = ("cases", "Kendall tau", level, "same first", level)
    return Section("Steadiness: the same candidates laid out twice", _STEADY, heads, rows)


_STEADY = (
    "Own orders of one model whose prompts differ in the order of the candidates alone. Kendall "
    "tau: 1 where both orders are the same, 0 where they are as alike as two random ones; same "
    "first: share of cases with the same item first. Far below 1, the order that candidates stand "
    "in decides what is recommended."
)


def _probes(summary: RunSummary) -> Section:
    rows = {
        f"{one.line}: {one.probe}": (
            f"{one.before:.3f}", f"{one.after:.3f}", f"{one.loss.mean:+.3f}",
            f"{one.loss.low:+.3f} {one.loss.high:+.3f}", f"{one.p:.3f}", one.verdict,
        )
        for one in summary.probed
    }  # fmt: skip
    heads = ("without", "with", "loss", f"{summary.level * 100:g} %", "p", "verdict")
    note = _PROBES.format(metric=summary.metrics[0], base=summary.baseline)
    return Section("Probes", note, heads, rows, "variant: probe")


_PROBES = (
    "{metric} of the model alone without and with a probe, paired by case; p by the permutation "
    "test, corrected for all probes. A personalised recommender must lose without a history, and "
    "with another person's. After its last year: the gain over {base} on items up to the last "
    "year a model knows (without) and on later ones (with), a normal test of two samples."
)


def _reasons(lines: list[Line]) -> Section:
    heads = ("reasons", *(_HEADS[name] for name in NAMES))
    rows = {
        line.name: (
            f"{line.health.get('reasons', 0):,}",
            *(_cell(name, line.reasons.get(name)) for name in NAMES),
        )
        for line in lines
    }
    return Section("Reasons", _NOTE, heads, rows)


_NOTE = (
    "Reasons, means over cases. supported: claims of the model's own sentences that hold, refused "
    "sentences included; own words: shown as the model wrote them, the others were refused; "
    "evidence: reasons that name something of it; repeats: pairs of words said twice to one "
    "person; shared: runs of three words that other people are told, too."
)


def _cell(name: str, value: Mean | None) -> str:
    if value is None:
        return "-"
    return f"{value.mean:.1f}" if name == "ReasonWords" else f"{value.mean:.1%}"
