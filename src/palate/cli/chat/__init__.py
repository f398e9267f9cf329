"""``palate chat``: recommendations in words, in a terminal."""

from palate.cli.chat.command import register as register
