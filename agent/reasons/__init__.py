"""Reasons: from evidence, or in a model's words where every claim of them is checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from palate.agent.reasons.evidence import Writer
from palate.agent.reasons.verify import World, check_claims
from palate.domain import Candidate, Item, Opinion, Profile, Reason
from palate.prompts.clean import one_line


def write_reasons(
    candidates: Sequence[Candidate],
    opinion: Opinion | None,
    profile: Profile,
    items: Mapping[str, Item],
    *,
    language: str,
    request: str = "",
) -> dict[str, Reason]:
    """Gives each candidate a reason.

    A model's sentence stands if every claim in it is supported; else the evidence writes one and
    the refused sentence is kept beside it.

    Args:
        candidates: Those that are shown.
        opinion: What a model said, its sentences included; ``None`` without a model.
        profile: Of the reader.
        items: Item id -> item, for history and evidence.
        language: BCP 47.
        request: The request's own words, which a reason may repeat.

    Returns:
        Item id -> reason, one for each candidate.
    """
    said = opinion.reasons if opinion is not None else {}
    writer = Writer(profile, items, language)
    return {
        candidate.item.id: checked_reason(
            said.get(candidate.item.id, ""), World(candidate, profile, items, request), writer
        )
        for candidate in candidates
    }


def checked_reason(sentence: str, world: World, writer: Writer) -> Reason:
    """Returns the model's sentence if it holds, else one written from the evidence.

    Args:
        sentence: The model's; empty where it said nothing.
        world: What the sentence may claim.
        writer: Of this slate.
    """
    sentence = one_line(sentence, 400)
    claims = check_claims(sentence, world) if sentence else ()
    if sentence and all(claim.supported for claim in claims):
        return Reason(sentence, "model", claims)
    return Reason(writer.write(world.candidate), "evidence", claims, replaced=sentence or None)
