"""What `palate tune` has learnt: where it is kept, what the doctor says of it, and the report."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from palate.agent.tuning_store import Key, Tuned, Weights
from palate.domain import Usage
from palate.retrieval.prior import FILE

if TYPE_CHECKING:
    from rich.console import RenderableType

    from palate.workspace.opened import Opened
    from palate.workspace.palate import Palate


def weights_file(palate: Opened) -> Path:
    """Returns where a workspace keeps its learnt weights."""
    return palate.folder.data / "weights.json"


def prior_digest(palate: Opened) -> str:
    """Returns the fingerprint of the prior in force: equal weights have equal ones."""
    try:
        learnt = (palate.folder.index / FILE).read_bytes()
    except FileNotFoundError:
        learnt = b"fixed"
    return hashlib.sha256(learnt).hexdigest()[:16]


def read_weights(palate: Opened) -> Weights:
    """Reads the learnt weights; those beside another prior are marked stale.

    Raises:
        PrerequisiteError: The file is damaged.
    """
    return Weights.read(weights_file(palate), prior_digest(palate))


def weight_in_force(palate: Palate) -> tuple[str, Tuned | None]:
    """Returns what the settings in force ask with, in words, and the weight learnt for it.

    Raises:
        PrerequisiteError: The file of the weights is damaged.
        PalateError: There is no such ranker or template.
    """
    from palate.agent.rankers import make_ranker, template_of

    ranker = make_ranker(palate.settings.ranking.ranker)
    template = template_of(ranker, palate.settings, palate.library)
    model = palate.settings.model.name
    learnt = read_weights(palate).of_model(model).get((template.sha256, ranker.name))
    return f"{model}, {ranker.name}, {template.name}@{template.version}", learnt


@dataclass(frozen=True, slots=True)
class TuneReport:
    """What a tune learnt.

    Attributes:
        people: Whose newest like was held back.
        usage: What the replies cost, those of an earlier start included.
    """

    key: Key
    tuned: Tuned
    people: int
    usage: Usage

    def to_dict(self) -> dict[str, Any]:
        """Returns it as JSON-able values."""
        return {
            **asdict(self.key), **asdict(self.tuned), "people": self.people,
            "usage": asdict(self.usage), "sentence": self.tuned.sentence,
        }  # fmt: skip

    def __rich__(self) -> RenderableType:
        """Returns a few lines for a terminal."""
        from rich.console import Group
        from rich.text import Text

        from palate.workspace.words import shown

        key, tuned, used = self.key, self.tuned, self.usage
        about = f"{key.model}, {key.ranker}, {key.template}"
        cost = (
            f"{tuned.cases} cases of {self.people} people, {used.calls:,} calls, "
            f"{used.prompt_tokens:,} tokens in, {used.completion_tokens:,} out"
        )
        colour = "green" if tuned.weight else "yellow"
        return Group(
            Text(shown(about), style="bold"), Text(shown(tuned.sentence), style=colour),
            Text(cost, style="dim"),
        )  # fmt: skip
