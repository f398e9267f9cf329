"""Runs: a configuration, an append-only log of model calls, a summary, gates."""
