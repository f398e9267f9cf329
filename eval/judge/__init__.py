"""Judging reasons by a model: rubric, pairs in both orders, agreement with labels by people."""
