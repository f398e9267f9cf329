"""A workspace that is open: its parts, loaded when first needed, and how they are given back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Self

from palate.errors import NotReady, PalateError, StorageError
from palate.settings import Settings
from palate.workspace.copies import delete_left_copy
from palate.workspace.folder import Folder, Ownership, on_disk
from palate.workspace.lazy import Parts, part

if TYPE_CHECKING:
    from palate.agent.predict import Predictor
    from palate.domain import Embedder, Model
    from palate.prompts.library import Library
    from palate.retrieval.fit import FitReport
    from palate.retrieval.index import Index
    from palate.retrieval.pool import Retriever
    from palate.retrieval.store import Store
    from palate.workspace.engine import Engine


#: What the mark of a running fit says where the fit leaves pairs out. Their ids are not kept.
_WITHOUT = "without"


class Opened(Parts):
    """Store, indexes, prior, templates and model of one workspace folder.

    Attributes:
        folder: Where everything is.
        settings: As they are in force.
        origins: Setting -> where its value came from.
    """

    def __init__(self, folder: Folder, settings: Settings, origins: Mapping[str, str]) -> None:
        super().__init__()
        self.folder, self.settings, self.origins = folder, settings, origins
        self._ownership = Ownership(folder)
        self._ownership.take()
        delete_left_copy(self)
        self._chosen: tuple[Model | None] | None = None

    def served_at(self, url: str) -> None:
        """Writes down where this workspace is served, beside who owns it."""
        self._ownership.serve_at(url)

    def close(self) -> None:
        """Closes everything and gives the workspace back; safe to call twice."""
        self.shut()
        self._keep_known()
        self._give_back("engine", "predictor", "retriever", "index", "store", "embedder")
        self._ownership.release()

    def _keep_known(self) -> None:
        engine = self.__dict__.get("engine")
        if engine is not None and self._chosen is None:
            from palate.workspace.servers import keep_known

            keep_known(self, engine.model)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    async def aclose(self) -> None:
        """Does what `close` does, the connections of this event loop included."""
        engine = self.__dict__.get("engine")
        if engine is not None and engine.model is not None:
            await engine.model.aclose()
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    @part
    def store(self) -> Store:
        """The system of record."""
        from palate.retrieval.store import Store

        store = Store.open(self.settings.store.url or self.folder.store)
        kept = timedelta(days=self.settings.privacy.keep_traces)
        store.purge_traces(datetime.now(UTC) - kept)
        return store

    @part
    def embedder(self) -> Embedder:
        """What turns text into vectors."""
        from palate.retrieval.embedders import make_embedder

        return make_embedder(self.settings.embedder, os.environ)

    @part
    def index(self) -> Index:
        """Vectors, words and arrays over the catalogue."""
        from palate.retrieval.index import Index

        return Index.open(self.folder.index, self.store, self.embedder)

    @part
    def retriever(self) -> Retriever:
        """Makes pools; knows the prior."""
        from palate.retrieval.pool import Retriever

        if self.folder.fitting.exists():
            self._fit_again()
        return Retriever.open(self.store, self.index, self.settings)

    @part
    def predictor(self) -> Predictor:
        """Foretells what people do with items."""
        from palate.workspace.predict import make_predictor

        return make_predictor(self)

    @part
    def library(self) -> Library:
        """The templates, the workspace's own included."""
        from palate.prompts.library import Library

        return Library.open(self.folder.prompts)

    @part
    def engine(self) -> Engine:
        """Turns requests into slates."""
        from palate.agent.models import make_model
        from palate.workspace.engine import Engine
        from palate.workspace.recordings import recorded, replayed
        from palate.workspace.servers import known_of
        from palate.workspace.tuned import read_weights

        settings = self.settings.model
        if self._chosen:
            model = self._chosen[0]
        else:
            known = known_of(self, settings)
            model = replayed(settings) or make_model(settings, os.environ, known)
        model = recorded(model, settings, self.folder.data)
        engine = Engine(self.store, self.retriever, self.library, self.settings, model)
        engine.weights = read_weights(self)
        return engine

    def use_model(self, model: Model | None) -> None:
        """Uses this model object (or none) instead of the one that the settings name."""
        self._chosen = (model,)
        self._give_back("engine")

    def use_learnt(self) -> None:
        """Lets the weights count that a tune wrote since this workspace was opened."""
        from palate.workspace.tuned import read_weights

        engine = self.__dict__.get("engine")
        if engine is not None:
            engine.weights = read_weights(self)

    def fit(
        self,
        *,
        rebuild: bool = False,
        without: Sequence[tuple[str, str]] = (),
        foretelling: bool = True,
        progress: Callable[[str], None] | None = None,
    ) -> FitReport:
        """Brings index, statistics and weights up to date with the store.

        Args:
            rebuild: Build the index anew instead of following the changes.
            without: (user, item) pairs that nothing may learn from, such as truths of cases.
            foretelling: Learn predictions, too; without them `predict` is not ready.
            progress: Told the name of each step.

        Raises:
            NotReady: There are no items yet.
            StorageError: A file cannot be written; what the last fit made stays.
        """
        from palate.retrieval import fit as fitting
        from palate.retrieval.index import Index

        with on_disk():
            self._room()
        self._give_back("engine", "predictor", "retriever", "index")
        with on_disk(), self._marked(without):
            Index.update(self.folder.index, self.store, self.embedder, rebuild=rebuild)
            report = fitting.fit(
                self.store, self.index, self.settings,
                without=without, foretelling=foretelling, progress=progress,
            )  # fmt: skip
        self._show_facts()
        return report

    def _show_facts(self) -> None:
        """Chooses the fields beside a title, where nobody has set them."""
        from palate.settings import CatalogueSettings
        from palate.workspace.shown_facts import choose_facts, with_facts

        with on_disk():
            choose_facts(self.folder, self.index.items, CatalogueSettings().facts)
            self.settings, self.origins = with_facts(self.folder, self.settings, self.origins)

    def _room(self) -> None:
        """Refuses a fit that could not be written, while what is loaded still answers."""
        import shutil

        if not self.folder.index.is_dir():
            return
        wanted = sum(one.stat().st_size for one in self.folder.index.iterdir() if one.is_file())
        free = shutil.disk_usage(self.folder.index).free
        if free < wanted:
            raise StorageError(
                f"The disk is full: a fit writes {wanted / 1e6:.1f} MB or more, and "
                f"{free / 1e6:.1f} MB are free. Make room.",
                full=True,
            )

    @contextmanager
    def _marked(self, without: Sequence[tuple[str, str]]) -> Iterator[None]:
        """Marks a fit under way: where it is cut off, the next one to need the prior fits again.

        A fit that fails before it has changed the index leaves all as it was, and no mark.
        """
        from palate.retrieval.build import stored_manifest
        from palate.retrieval.files import private_folder

        mark, before = self.folder.fitting, stored_manifest(private_folder(self.folder.index))
        stood = mark.exists()
        try:
            mark.touch(mode=0o600)
            mark.write_text(_WITHOUT if without else "", encoding="utf-8")
            yield
        except (OSError, PalateError):
            if not stood and stored_manifest(self.folder.index) == before:
                mark.unlink(missing_ok=True)
            raise
        mark.unlink(missing_ok=True)

    def _fit_again(self) -> None:
        """Makes good for a fit that was cut off.

        Raises:
            PrerequisiteError: It was to leave pairs out, and which ones nobody knows any more.
        """
        if self.folder.fitting.read_text(encoding="utf-8") == _WITHOUT:
            raise NotReady(
                "A `palate fit --without CASES` was cut off. Run it again with the same file, or "
                "`palate fit` to learn from everything."
            )
        self.fit()

    def _give_back(self, *parts: str) -> None:
        """Unloads parts, in this order; those that are not loaded stay so."""
        for name in parts:
            loaded = self.__dict__.pop(name, None)
            if hasattr(loaded, "close"):
                loaded.close()
