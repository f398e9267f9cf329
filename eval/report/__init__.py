"""The report of a run: one HTML file that fetches nothing."""

from __future__ import annotations

from palate.eval.report.write import write_report

__all__ = ["write_report"]
