"""The command line. ``main`` is the entry point; commands import what they need when they run."""

from __future__ import annotations


def main() -> None:
    """Runs the command line and exits with a documented code.

    Exit codes: 0 done, 1 a Palate error, 2 wrong usage, 3 a prerequisite or setting is missing,
    4 the workspace is in use, 5 data that cannot be taken, 6 a template, 7 a model, 8 an
    evaluation, 130 interrupted.
    """
    import io
    import sys

    from palate.cli.app import app
    from palate.errors import PalateError

    for stream in (sys.stdout, sys.stderr):
        # A terminal of another encoding shows a question mark, not a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app(prog_name="palate")
    except PalateError as error:
        print(f"palate: {error}", file=sys.stderr)  # noqa: T201
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        print("palate: interrupted; what was acknowledged is kept.", file=sys.stderr)  # noqa: T201
        raise SystemExit(130) from None
    except BrokenPipeError:
        raise SystemExit(0) from None
