"""OpenTelemetry traces, where ``OTEL_EXPORTER_OTLP_ENDPOINT`` says whereto; else nothing at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from palate.errors import PrerequisiteError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


class Telemetry:
    """Makes a span a request. Without a provider it makes none."""

    def __init__(self, provider: TracerProvider | None = None) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("palate.server") if provider else None

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Telemetry:
        """Returns what the environment asks for.

        Raises:
            PrerequisiteError: Traces are asked for, and the exporter is not installed.
        """
        if not environ.get(ENDPOINT):
            return cls()
        try:
            from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError:
            raise PrerequisiteError(
                f"{ENDPOINT} asks for traces: run pip install opentelemetry-exporter-otlp."
            ) from None
        provider = TracerProvider(resource=Resource.create({"service.name": "palate"}))
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        return cls(provider)

    @contextmanager
    def span(self, scope: Mapping[str, Any]) -> Iterator[None]:
        """Traces a request; the span knows its route and id, and nothing that a person wrote."""
        if self._tracer is None:
            yield
            return
        from opentelemetry.propagate import extract

        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        with self._tracer.start_as_current_span("request", context=extract(headers)) as span:
            try:
                yield
            finally:
                route = getattr(scope.get("route"), "path_format", "none")
                span.update_name(f"{scope['method']} {route}")
                span.set_attribute("http.request.method", scope["method"])
                span.set_attribute("http.route", route)
                span.set_attribute("palate.request", scope["state"]["request_id"])

    def close(self) -> None:
        """Sends the last spans."""
        if self._provider is not None:
            self._provider.shutdown()
