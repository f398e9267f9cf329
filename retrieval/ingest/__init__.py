"""Files of items, users and events into the store: all of a file, or nothing of it."""

from __future__ import annotations

from palate.retrieval.ingest.report import IngestReport
from palate.retrieval.ingest.run import ingest_events, ingest_items, ingest_users, ingest_values

__all__ = ["IngestReport", "ingest_events", "ingest_items", "ingest_users", "ingest_values"]
