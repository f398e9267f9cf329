"""The dialogue policy: the same tools as a model would use, driven by rules."""

from palate.agent.chat.policy.turns import Policy

__all__ = ["Policy"]
