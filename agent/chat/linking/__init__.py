"""Links titles named in talk to items of the catalogue."""

from palate.agent.chat.linking.link import Link, Linker
from palate.agent.chat.linking.names import Name, TitleIndex

__all__ = ["Link", "Linker", "Name", "TitleIndex"]
