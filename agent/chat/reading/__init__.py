"""Reads what somebody says into conditions, titles, references and intents, without any model."""

from palate.agent.chat.reading.read import Reading, read

__all__ = ["Reading", "read"]
