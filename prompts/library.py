"""The library of templates: found by name, locked by hash, shadowed by the user's own.

A template is a file ``NAME.VERSION.j2``: a TOML header between ``---`` lines, then one section a
message, each opened by ``=== system`` or ``=== user``. Sections are cut before anything is filled
in, so no text from outside can open one. A released text never changes: ``LOCK`` holds the hashes
of the built-in ones, and a new text is a new version.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from palate.domain import Message, Role
from palate.errors import PromptError

if TYPE_CHECKING:
    from jinja2 import Environment

BUILT_IN = Path(__file__).parent / "templates"
LOCK = BUILT_IN / "LOCK"
_SECTION = re.compile(r"^=== (system|user|assistant)[ \t]*\n", re.MULTILINE)
_HEADER_KEYS = {
    "name",
    "version",
    "task",
    "reply",
    "description",
    "max_tokens_per_label",
    "max_tokens_per_reason",
}


@dataclass(frozen=True)
class Template:
    """One version of one prompt.

    Attributes:
        header: The TOML header: name, version, task, reply form, description, reply sizes.
        sections: Role and source of each message, in order.
        sha256: Hash of the file's text.
        origin: ``"built-in"`` or the path of the user's file.
    """

    header: Mapping[str, Any]
    sections: tuple[tuple[Role, str], ...]
    sha256: str
    origin: str
    source: str

    @property
    def name(self) -> str:
        """Name, such as ``rank/listwise``."""
        return str(self.header["name"])

    @property
    def version(self) -> str:
        """Version, a string of digits."""
        return str(self.header["version"])

    @cached_property
    def _compiled(self) -> tuple[tuple[Role, Any], ...]:
        environment = _environment()
        return tuple((role, environment.from_string(text)) for role, text in self.sections)

    @cached_property
    def variables(self) -> frozenset[str]:
        """Every variable that the template wants."""
        from jinja2 import meta

        parse = _environment().parse
        return frozenset().union(
            *(meta.find_undeclared_variables(parse(text)) for _, text in self.sections)
        )

    def messages(self, values: Mapping[str, object]) -> tuple[Message, ...]:
        """Fills the template in.

        Raises:
            PromptError: Variables are missing (all of them are named), or the template fails.
        """
        from jinja2 import TemplateError

        missing = sorted(self.variables - values.keys())
        if missing:
            raise PromptError(
                f"The template {self.name} wants variables that nothing provides: "
                f"{', '.join(missing)}. Known ones: {', '.join(sorted(values))}."
            )
        try:
            return tuple(
                Message(role, template.render(values).strip()) for role, template in self._compiled
            )
        except (TemplateError, OverflowError, MemoryError) as error:
            raise PromptError(f"The template {self.name} cannot be rendered: {error}") from None


def _environment() -> Environment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )


@lru_cache(maxsize=64)
def parse_template(text: str, origin: str) -> Template:
    """Reads the text of a template file.

    Raises:
        PromptError: No header, an unknown key, a missing key, no section, or bad syntax.
    """
    from jinja2 import TemplateSyntaxError

    parts = re.split(r"^---[ \t]*\n", text, maxsplit=2, flags=re.MULTILINE)
    if len(parts) != 3 or parts[0].strip():
        raise PromptError(f"{origin}: a template starts with a header between two '---' lines.")
    header = _header(parts[1], origin)
    pieces = _SECTION.split(parts[2])
    if len(pieces) < 3 or pieces[0].strip():
        raise PromptError(f"{origin}: the text after the header starts with '=== system'.")
    sections = tuple(zip(pieces[1::2], pieces[2::2], strict=True))
    digest = hashlib.sha256(text.encode()).hexdigest()
    template = Template(header, sections, digest, origin, text)  # type: ignore[arg-type]
    try:
        _ = template.variables
    except TemplateSyntaxError as error:
        raise PromptError(f"{origin}: {error.message} (line {error.lineno} of a section)") from None
    return template


def _header(text: str, origin: str) -> dict[str, Any]:
    try:
        header = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PromptError(f"{origin}: the header is not TOML: {error}.") from None
    unknown, missing = header.keys() - _HEADER_KEYS, _HEADER_KEYS - header.keys()
    if unknown or missing:
        raise PromptError(
            f"{origin}: the header lacks {sorted(missing) or 'nothing'} "
            f"and has unknown keys {sorted(unknown) or 'none'}."
        )
    return header


@dataclass(frozen=True)
class Library:
    """Templates by name; the highest version of a name is the current one."""

    templates: Mapping[str, tuple[Template, ...]]

    @classmethod
    def open(cls, user_folder: Path | None = None) -> Library:
        """Reads the built-in templates, and the user's own, which shadow them.

        Args:
            user_folder: The ``prompts/`` folder of a workspace; may be missing.

        Raises:
            PromptError: A template cannot be read, or a released one was changed.
        """
        found: dict[str, dict[str, Template]] = {}
        for folder, built_in in ((BUILT_IN, True), (user_folder, False)):
            for path in sorted(folder.rglob("*.j2")) if folder and folder.is_dir() else ():
                template = _read(path, built_in)
                found.setdefault(template.name, {})[template.version] = template
        return cls({name: tuple(_by_version(found[name])) for name in sorted(found)})

    def get(self, name: str, version: str | None = None) -> Template:
        """Returns a template, by default its current version.

        Raises:
            PromptError: There is no such name or version.
        """
        name, _, wanted = name.partition("@")
        version = version or wanted or None
        for template in reversed(self.templates.get(name, ())):
            if version in (None, template.version):
                return template
        known = ", ".join(f"{n}@{t.version}" for n, ts in self.templates.items() for t in ts)
        raise PromptError(f"No template {name}{'@' + version if version else ''}. Known: {known}.")


def _by_version(versions: Mapping[str, Template]) -> list[Template]:
    return [versions[key] for key in sorted(versions, key=lambda v: (len(v), v))]


def _read(path: Path, built_in: bool) -> Template:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"{path}: cannot be read: {error}.") from None
    template = parse_template(text, "built-in" if built_in else str(path))
    if built_in:
        _check_lock(template)
    return template


def _check_lock(template: Template) -> None:
    locked = read_lock().get(f"{template.name}@{template.version}")
    if locked not in (None, template.sha256):
        raise PromptError(
            f"The released template {template.name}@{template.version} was changed. Put its text "
            "back, and give the new text the next version number."
        )


def read_lock() -> dict[str, str]:
    """Returns ``name@version`` -> sha256 of every released built-in template."""
    if not LOCK.is_file():
        return {}
    locked: dict[str, str] = json.loads(LOCK.read_text(encoding="utf-8"))
    return locked
