"""The SDK: one object over a workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from palate.domain import Action, Event, Item, User, Wish
from palate.errors import CatalogueError, UnknownUser
from palate.settings import load_settings
from palate.workspace.card import ProfileCard
from palate.workspace.folder import Folder, create_folder, on_disk
from palate.workspace.predicting import Predicting
from palate.workspace.shown_facts import with_facts

if TYPE_CHECKING:
    from palate.retrieval.ingest import IngestReport
    from palate.retrieval.store import Forgotten, Written

#: Characters of a wish: as many as the search reads.
LONGEST_WISH = 4000
Progress = Callable[[int, int | None], None]


class Palate(Predicting):
    """A workspace, opened. Use it as a context manager, or call `close`.

    One process owns a workspace at a time. Everything heavy is loaded when it is first needed.
    """

    # ------------------------------------------------------------------ opening and closing

    @classmethod
    def init(
        cls,
        path: str | Path,
        *,
        example: str | None = None,
        noun: str = "item",
        nouns: str | None = None,
    ) -> Palate:
        """Makes a new workspace and opens it.

        Args:
            path: A folder that does not exist yet, or is empty.
            example: Name of an example to fill it with: ``"movies"``.
            noun: What one thing is called, such as ``"book"``; the example knows its own.
            nouns: The plural; an ``s`` is added without it.

        Raises:
            PrerequisiteError: The folder holds something.
            CatalogueError: There is no such example.
        """
        from palate.workspace.example import fill, nouns_of

        if example:
            noun, nouns = nouns_of(example)
        create_folder(Path(path), noun, nouns or f"{noun}s")
        palate = cls.open(path)
        try:
            if example:
                fill(palate, example)
        except BaseException:
            palate.close()
            raise
        return palate

    @classmethod
    def open(cls, path: str | Path, **flags: Any) -> Palate:
        """Opens a workspace.

        Args:
            path: Its folder.
            flags: Settings that override file and environment, with ``__`` for the dot:
                ``model__name="qwen3"``.

        Raises:
            PrerequisiteError: There is no workspace at the path.
            WorkspaceInUse: Another process has it open.
            SettingsError: A setting is unknown or out of range.
        """
        return cls.open_folder(Folder(Path(path)).require(), **flags)

    @classmethod
    def open_folder(cls, folder: Folder, **flags: Any) -> Palate:
        """Does what `open` does with a folder that is known to be a workspace."""
        dotted = {name.replace("__", ".", 1): value for name, value in flags.items()}
        loaded = load_settings(folder.root, flags=dotted)
        return cls(folder, *with_facts(folder, loaded.settings, loaded.origins))

    # ------------------------------------------------------------------ data in

    def ingest_items(self, source: str | Path | Iterable[Item], **options: Any) -> IngestReport:
        """Takes items from a file or an iterable. See `ingest_events` for the options."""
        return self._ingest("items", source, options)

    def ingest_users(self, source: str | Path | Iterable[User], **options: Any) -> IngestReport:
        """Takes users from a file or an iterable. See `ingest_events` for the options."""
        return self._ingest("users", source, options)

    def ingest_events(self, source: str | Path | Iterable[Event], **options: Any) -> IngestReport:
        """Takes events from a file or an iterable: all of it, or nothing.

        Args:
            source: CSV, TSV, JSONL, Parquet (each plain or gzip) or MovieLens; or values.
            options: ``mapping`` (our column -> theirs), ``missing`` (column -> policy),
                ``progress`` (called with bytes done and bytes in all).

        Raises:
            CatalogueError: The file cannot be taken; the store is as it was.
        """
        return self._ingest("events", source, options)

    def _ingest(self, kind: str, source: Any, options: Mapping[str, Any]) -> IngestReport:
        from palate.retrieval import ingest

        try:
            if not isinstance(source, str | Path):
                return ingest.ingest_values(self.store, kind, source)
            take = getattr(ingest, f"ingest_{kind}")
            rejects = self.folder.rejects / f"{Path(source).name}.{kind}.jsonl"
            report: IngestReport = take(self.store, Path(source), rejects=rejects, **options)
            return report
        finally:
            self._items_changed()

    def put_items(self, items: Iterable[Item]) -> Written:
        """Adds items or replaces those with the same id; says how many were new, changed."""
        written = self.store.put_items(items)
        self._items_changed()
        return written

    def delete_items(self, ids: Iterable[str]) -> int:
        """Deletes items; they are never recommended again. Returns how many there were."""
        deleted = self.store.delete_items(ids)
        self._items_changed()
        return deleted

    # ------------------------------------------------------------------ people

    def feedback(
        self,
        user: str,
        item: str,
        action: Action | str,
        *,
        value: float | None = None,
        recommendation: str | None = None,
        scene: str | None = None,
        text: str | None = None,
        key: str | None = None,
    ) -> None:
        """Records what a person did; the very next recommendation knows it.

        Raises:
            UnknownItem: The item is not known.
            CatalogueError: There is no such action, or its value cannot be taken.
        """
        from palate.workspace.ask import known_action

        action, now = known_action(action, value), datetime.now(UTC)
        self.store.add_events(
            [Event(user, item, action, value, now, scene, text, key, recommendation)]
        )

    def wish(self, user: str, text: str, *, likes: bool = True) -> int:
        """Records what a person says they want (or do not want). Returns the wish's id.

        Raises:
            CatalogueError: The wish has no words, or too many.
        """
        if not text.strip():
            raise CatalogueError("A wish needs words: say what is wanted, or what is not.")
        if len(text) > LONGEST_WISH:
            raise CatalogueError(
                f"A wish of {len(text):,} characters is too long: say it in {LONGEST_WISH:,}."
            )
        if self.store.user(user) is None:
            self.store.upsert_users([User(user)])
        return self.store.add_wish(Wish(user, text, likes, datetime.now(UTC)))

    def unwish(self, user: str, wish: int) -> bool:
        """Takes a wish back; returns whether there was one."""
        return self.store.remove_wish(user, wish)

    def profile(self, user: str) -> ProfileCard:
        """Returns what is known about a person.

        Raises:
            UnknownUser: The user is not known.
        """
        from palate.retrieval.profile import build_profile

        profile = build_profile(self.store, self.request(user), self.settings)
        items = self.store.items([*(e.item for e in profile.history), *sorted(profile.hidden)])
        return ProfileCard(profile, items)

    def export(self, user: str) -> dict[str, Any]:
        """Returns everything that is kept of a person, as JSON-able values.

        Raises:
            UnknownUser: The user is not known.
        """
        from palate.workspace.export import everything

        self._settle()
        return everything(self, user)

    def forget(self, user: str) -> Forgotten:
        """Erases a person from every file of the workspace; its recordings are deleted whole.

        Raises:
            UnknownUser: The user is not known.
            WorkspaceInUse: An evaluation reads what there is of people; nothing was erased.
        """
        from palate.workspace.copies import alone_in_runs, delete_copy
        from palate.workspace.forgotten_runs import forget_in_runs
        from palate.workspace.recordings import forget_recordings
        from palate.workspace.rejects import forget_in_rejects

        with on_disk(), alone_in_runs(self):
            delete_copy(self.folder)
            rejected = forget_in_rejects(self.folder.rejects, user)
            forget_in_runs(self.folder.runs, user)
            forget_recordings(self.folder.data)
            self.folder.typed.unlink(missing_ok=True)
        self._settle()
        forgotten = self.store.forget(user)
        self.replays.clear()
        if not (forgotten.known or rejected):
            raise UnknownUser(user)
        return forgotten
