"""What a folder of indexes holds, and whether its last build came to its end."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from palate.errors import NotReady
from palate.retrieval.files import private_folder, replace_file

FORMAT = 1
_NAME = "manifest.json"


class IndexDamaged(NotReady):
    """Files of an index cannot be read, or do not fit together."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One build of the index.

    Attributes:
        state: ``building`` from before the first change of a file until after the last.
        generation: Number of the subfolder that holds the files.
        embedder: Name of the embedder of the vectors.
        dimensions: Their width.
        item_version: The store's version of the items that are indexed.
        items: How many there are.
        vectors: How many of them have a vector.
        palate: The version of Palate that built it.
        format: Layout of the files.
    """

    state: Literal["building", "ready"]
    generation: int
    embedder: str
    dimensions: int
    item_version: int
    items: int
    vectors: int
    palate: str
    format: int = FORMAT


def read_manifest(folder: Path) -> Manifest | None:
    """Returns the manifest of a folder; ``None`` where there is none.

    Raises:
        IndexDamaged: It cannot be read, or another version of Palate laid out the files.
    """
    try:
        data = json.loads((folder / _NAME).read_bytes())
        if data["format"] == FORMAT:
            return Manifest(**data)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError) as error:
        raise IndexDamaged(
            f"{folder / _NAME} cannot be read ({error}). Run `palate fit --rebuild`."
        ) from None
    raise IndexDamaged(
        f"The index in {folder} has the format {data['format']}, and this Palate reads "
        f"{FORMAT}. Run `palate fit --rebuild`."
    )


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Puts the manifest in place of the old one, durably."""
    private_folder(folder)
    replace_file(folder / _NAME, json.dumps(asdict(manifest), indent=1).encode())
