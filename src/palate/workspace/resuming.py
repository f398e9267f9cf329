"""What a run that goes on takes from the configuration it is given: limits and gates alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from palate.errors import EvalError

if TYPE_CHECKING:
    from palate.eval.runs.config import EvalConfig
    from palate.eval.runs.folder import RunFolder
    from palate.workspace.evaluate import Options

#: May differ from what the run was begun with.
_FREE = ("limits", "gates")


def resumed(folder: RunFolder, given: EvalConfig, options: Options, cases: int) -> EvalConfig:
    """Returns the configuration that a run goes on with: as it was begun, with the limits given.

    Args:
        folder: Of the run.
        given: Configuration named on the command line.
        options: Flags named there.
        cases: That the run was begun with.

    Raises:
        EvalError: It differs in anything but limits and gates, or in --limit or --repeat.
    """
    own = folder.config()
    before, now = own.model_dump(mode="json"), given.model_dump(mode="json")
    other = [key for key in before if key not in _FREE and before[key] != now[key]]
    if other:
        raise EvalError(
            f"{folder.id} was begun with other {other[0]}. Go on with the configuration that it "
            "was begun with (limits and gates may differ), or begin a new run."
        )
    if now["limits"]["cases"] != before["limits"]["cases"]:
        raise EvalError(f"{folder.id} was begun with other limits.cases. Leave that as it was.")
    if options.limit is not None and options.limit != cases:
        raise EvalError(
            f"{folder.id} was begun with {cases:,} cases, and --limit is {options.limit:,}. Leave "
            "--limit out, or begin a new run."
        )
    repeat = folder.setup()["repeat"]
    if options.repeat not in (1, repeat):
        raise EvalError(
            f"{folder.id} was begun with --repeat {repeat}. Leave --repeat out, or begin a new run."
        )
    return own.model_copy(update={name: getattr(given, name) for name in _FREE})
