"""Settings: ``palate.toml``, then the environment, then flags; the later one wins.

Every effective value remembers where it came from, so that ``palate doctor`` can show it. An API
key is never a setting of the file: ``model.api_key_env`` names the variable that holds it.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from palate.domain import Action, RankBy
from palate.errors import SettingsError

FILE_NAME = "palate.toml"

#: What each action says about a person's taste, in [-1, 1]. A rating is judged against the
#: person's own mean instead: see ``palate.retrieval.strength``.
STRENGTHS: dict[str, float] = {
    Action.VIEW: 0.1,
    Action.CLICK: 0.2,
    Action.PLAY: 0.5,
    Action.SAVE: 0.6,
    Action.LIKE: 1.0,
    Action.PURCHASE: 1.0,
    Action.SKIP: -0.2,
    Action.DISLIKE: -1.0,
    Action.DISMISS: -0.6,
}


#: Signed; above 0 liked, below 0 disliked.
Strength = Annotated[float, Field(ge=-1, le=1)]


#: Settings that an environment variable gives as values between commas.
_LISTS = ("catalogue.facts", "catalogue.untrusted")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CatalogueSettings(_Section):
    """Words for the things in the catalogue, and what strangers can write into it."""

    noun: str = Field("item", description="what one thing is called, such as film")
    nouns: str = Field("items", description="the plural")
    language: str = Field("en", description="language of the reasons when nobody says otherwise")
    facts: tuple[str, ...] = Field(
        ("year", "director", "runtime"), description="fields shown in tables and prompts"
    )
    untrusted: tuple[str, ...] = Field(
        (), description="fields that strangers can write, such as title, text; any: a lift cap"
    )


class StoreSettings(_Section):
    """Where the system of record is."""

    url: str = Field("", description="SQLAlchemy URL; empty is SQLite in the workspace")


class EmbedderSettings(_Section):
    """What turns text into vectors."""

    provider: Literal["wordllama", "openai", "sentence-transformers"] = Field(
        "wordllama", description="wordllama, openai (any compatible server), sentence-transformers"
    )
    model: str = Field("", description="model name for a remote embedder")
    base_url: str = Field("", description="OpenAI-compatible base URL of a remote embedder")
    api_key_env: str = Field("OPENAI_API_KEY", description="variable that holds its key")
    batch: int = Field(256, ge=1, description="texts a request")


class RetrievalSettings(_Section):
    """How the pool is gathered."""

    pool: int = Field(200, ge=10, le=2000, description="candidates that the prior scores")
    history: int = Field(256, ge=1, description="newest history items that are looked at")
    half_life: float = Field(20.0, gt=0, description="history items until a taste counts half")
    seen: bool = Field(False, description="recommend items that the person already knows")


class ModelSettings(_Section):
    """The language model. Without a ``name`` there is none, whatever keys exist."""

    name: str = Field("", description="model name; empty: no model")
    base_url: str = Field(
        "", description="OpenAI-compatible base URL, such as http://localhost:8000/v1"
    )
    api_key_env: str = Field("OPENAI_API_KEY", description="variable that holds the key")
    timeout: float = Field(30.0, gt=0, description="seconds for everything, retries included")
    retries: int = Field(2, ge=0, le=10, description="at most this many, within the timeout")
    preset: Literal[
        "",
        "generic",
        "vllm",
        "sglang",
        "openai",
        "openai-reasoning",
        "ollama",
        "llama.cpp",
        "lm-studio",
    ] = Field("", description="kind of server; empty: recognised by itself")
    concurrency: int = Field(128, ge=1, le=1024, description="calls in flight at most")
    transport: Literal["", "aiohttp", "sdk"] = Field(
        "", description="what carries calls; empty: aiohttp, or the SDK where a proxy is set"
    )
    breaker: int = Field(
        5, ge=0, description="failures in a row until the server is left alone a while; 0: never"
    )
    record: str = Field("", description="file that every call and its reply is appended to")
    price_in: float = Field(0, ge=0, description="dollars per million prompt tokens")
    price_out: float = Field(0, ge=0, description="dollars per million reply tokens")
    replay: str = Field("", description="recording that answers instead of the model")


class BudgetSettings(_Section):
    """What one request may spend on the model; a request's own budget goes before it."""

    tokens: int = Field(0, ge=0, description="tokens of prompts and replies; 0: no bound")
    usd: float = Field(0, ge=0, description="dollars, at model.price_in, price_out; 0: no bound")
    ms: float = Field(0, ge=0, description="milliseconds until the prior ranks; 0: no bound")


class RankingSettings(_Section):
    """How candidates become a slate."""

    rank_by: RankBy = Field("fused", description="prior, model, or fused")
    ranker: str = Field(
        "listwise",
        description="how the model is asked: listwise, labels, first-token, consensus, pointwise, "
        "pairwise, setwise or windows",
    )
    permutations: int = Field(5, ge=2, le=20, description="orders that consensus asks for")
    candidates: int = Field(20, ge=2, le=200, description="how many the model is shown")
    window: int = Field(20, ge=4, le=26, description="candidates in a prompt of windows")
    rounds: int = Field(5, ge=1, le=20, description="rounds of pairwise and setwise")
    set_size: int = Field(5, ge=3, le=20, description="candidates in a prompt of setwise")
    reasons: int = Field(5, ge=0, le=20, description="reasons asked from the model")
    weight: float = Field(0.5, ge=0, le=10, description="untuned weight of the model's opinion")
    seed: int = Field(0, description="seed of the label shuffle")
    order: Literal["shuffled", "retrieved", "reversed"] = Field(
        "shuffled", description="order in which the model is shown the candidates"
    )
    lift_cap: int = Field(
        3, ge=0, description="places a model may lift an item where catalogue.untrusted names any"
    )


class PromptSettings(_Section):
    """What a prompt may cost."""

    rank: str = Field("", description="template of the ranker; empty: its own")
    budget: int = Field(2000, ge=200, description="prompt tokens at most")
    history: int = Field(20, ge=0, description="history items shown")
    shared_pool: bool = Field(
        False, description="one pool for many people: it stands first, and servers keep the prefix"
    )
    tokenizer: str = Field("", description="tiktoken encoding; empty: the best one offline")


class ChatSettings(_Section):
    """Who answers in a conversation."""

    agent: Literal["auto", "tools", "plan", "policy"] = Field(
        "auto",
        description="auto (the model, if there is one), tools (the model calls tools), plan (the "
        "model writes a plan), policy (rules alone)",
    )
    budget: int = Field(6000, ge=3000, description="prompt tokens of a call at most")
    calls: int = Field(6, ge=1, le=20, description="calls of the model in a turn at most")


class PrivacySettings(_Section):
    """What is kept, and for how long."""

    keep_traces: int = Field(30, ge=0, description="days; 0 keeps none")


class Settings(_Section):
    """Every setting, validated once."""

    catalogue: CatalogueSettings = CatalogueSettings()
    store: StoreSettings = StoreSettings()
    embedder: EmbedderSettings = EmbedderSettings()
    retrieval: RetrievalSettings = RetrievalSettings()
    model: ModelSettings = ModelSettings()
    budget: BudgetSettings = BudgetSettings()
    ranking: RankingSettings = RankingSettings()
    prompts: PromptSettings = PromptSettings()
    chat: ChatSettings = ChatSettings()
    privacy: PrivacySettings = PrivacySettings()
    strengths: Mapping[str, Strength] = Field(default_factory=lambda: dict(STRENGTHS))

    @property
    def lift_cap(self) -> int | None:
        """Places that a model may lift an item; ``None`` where the catalogue is trusted."""
        return self.ranking.lift_cap if self.catalogue.untrusted else None


class Loaded(BaseModel):
    """Settings together with the origin of each value (``model.name`` -> ``environment X``)."""

    model_config = ConfigDict(frozen=True)
    settings: Settings
    origins: Mapping[str, str]


def load_settings(
    folder: Path | None,
    *,
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, Any] | None = None,
) -> Loaded:
    """Reads the settings of a workspace folder.

    Args:
        folder: Holds ``palate.toml``; ``None`` takes defaults.
        environ: Environment; default ``os.environ``. ``PALATE_<SECTION>_<KEY>`` sets a value.
        flags: Dotted name -> value; ``None`` values are skipped.

    Raises:
        SettingsError: Unknown key (with the nearest known one) or a value out of its range.
    """
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    layers = (
        _from_file(folder),
        _from_environment(os.environ if environ is None else environ),
        {name: (value, "flag") for name, value in (flags or {}).items() if value is not None},
    )
    for layer in layers:
        for name, (value, origin) in layer.items():
            values[_known(name)] = value
            origins[name] = origin
    return Loaded(settings=_validate(values, origins), origins=origins)


def setting_names() -> dict[str, str]:
    """Returns dotted name -> description of every setting."""
    names: dict[str, str] = {}
    for section, info in Settings.model_fields.items():
        if section == "strengths":
            names |= {f"strengths.{a}": "signed strength of the action" for a in STRENGTHS}
            continue
        kind = info.annotation
        assert isinstance(kind, type) and issubclass(kind, BaseModel)
        for key, inner in kind.model_fields.items():
            names[f"{section}.{key}"] = inner.description or ""
    return names


def _from_file(folder: Path | None) -> dict[str, tuple[Any, str]]:
    path = folder / FILE_NAME if folder else None
    if path is None or not path.exists():
        return {}
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{FILE_NAME} is not valid TOML: {error}. Mend that line.") from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}): make it yours.") from None
    flat: dict[str, tuple[Any, str]] = {}
    for section, content in data.items():
        if not isinstance(content, dict):
            raise SettingsError(f"{FILE_NAME}: {section!r} stands outside a [section].")
        flat |= {f"{section}.{key}": (value, FILE_NAME) for key, value in content.items()}
    return flat


def _from_environment(environ: Mapping[str, str]) -> dict[str, tuple[Any, str]]:
    found: dict[str, tuple[Any, str]] = {}
    if environ.get("OPENAI_BASE_URL"):
        found["model.base_url"] = (environ["OPENAI_BASE_URL"], "environment OPENAI_BASE_URL")
    for name in setting_names():
        variable = "PALATE_" + name.replace(".", "_").upper()
        if environ.get(variable):
            value: Any = environ[variable]
            found[name] = (
                [part.strip() for part in value.split(",")] if name in _LISTS else value,
                f"environment {variable}",
            )
    return found


def _known(name: str) -> str:
    names = setting_names()
    if name in names:
        return name
    near = difflib.get_close_matches(name, names, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else " `palate doctor` lists every setting."
    raise SettingsError(f"Unknown setting {name!r}.{hint}")


def _validate(values: Mapping[str, Any], origins: Mapping[str, str]) -> Settings:
    nested: dict[str, dict[str, Any]] = {"strengths": dict(STRENGTHS)}
    for name, value in values.items():
        section, key = name.split(".", 1)
        nested.setdefault(section, {})[key] = value
    try:
        return Settings.model_validate(nested)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        origin = origins.get(name, "")
        raise SettingsError(
            f"{name} = {first['input']!r} ({origin}): {first['msg']}. Set it to a value in range."
        ) from None
