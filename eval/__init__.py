"""Offline evaluation: cases, controls, metrics and statistics."""
