"""What Prometheus is told. Labels are names of routes and tenants, never what a caller sent."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from palate.domain import Usage

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The counters of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "palate_requests", "Requests answered", ("route", "method", "status"),
            registry=self.registry,
        )  # fmt: skip
        self.seconds = Histogram(
            "palate_request_seconds", "Seconds until a request was answered", ("route",),
            buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self.own = Histogram(
            "palate_own_seconds", "Seconds of an answer that no model was waited for", ("route",),
            buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self.inside = Gauge("palate_in_flight", "Requests being answered", registry=self.registry)
        self.slates = Counter(
            "palate_slates", "Recommendations, by what decided the order", ("tenant", "ranked_by"),
            registry=self.registry,
        )  # fmt: skip
        self.events = Counter("palate_events", "Events taken", ("tenant",), registry=self.registry)
        self.tokens = Counter(
            "palate_model_tokens", "Tokens of model calls", ("tenant", "way"),
            registry=self.registry,
        )  # fmt: skip
        self.gone = Counter(
            "palate_gone", "Requests whose caller went away or was too slow",
            registry=self.registry,
        )  # fmt: skip

    def spent(self, tenant: str, usage: Usage) -> None:
        """Counts what a model was used for."""
        self.tokens.labels(tenant, "in").inc(usage.prompt_tokens)
        self.tokens.labels(tenant, "out").inc(usage.completion_tokens)

    def text(self) -> bytes:
        """Returns everything in the text format."""
        return generate_latest(self.registry)
