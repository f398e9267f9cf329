"""OpenTelemetry traces, where ``OTEL_EXPORTER_OTLP_ENDPOINT`` says whereto; else nothing at all.

A span a request and one for each of its stages, as a child of whatever span its caller names in
``traceparent``. The environment variables of OpenTelemetry hold; OTLP is spoken over gRPC.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from palate.errors import PrerequisiteError
from palate.server.problems import GONE
from palate.stages import told_to

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", ENDPOINT)
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
#: Seconds that a batch of spans is tried to be sent.
_PATIENCE = 3


class Telemetry:
    """Makes a span a request. Without a provider it makes none."""

    def __init__(self, provider: TracerProvider | None = None) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("palate.server") if provider else None

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Telemetry:
        """Returns what the environment asks for.

        Raises:
            PrerequisiteError: Traces are asked for, and the exporter is not installed; or another
                protocol than gRPC is.
        """
        if not any(environ.get(name) for name in _ENDPOINTS):
            return cls()
        _check_protocol(environ)
        try:
            from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError:
            raise PrerequisiteError(
                f"{ENDPOINT} asks for traces: run pip install 'palate[otel]'."
            ) from None
        name = environ.get("OTEL_SERVICE_NAME") or "palate"
        provider = TracerProvider(resource=Resource.create({"service.name": name}))
        # A server that ends does not wait long for a collector that is away.
        patience = None if environ.get("OTEL_EXPORTER_OTLP_TIMEOUT") else _PATIENCE
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(timeout=patience)))
        return cls(provider)

    @contextmanager
    def span(self, scope: Mapping[str, Any]) -> Iterator[None]:
        """Traces a request; the span knows its route and id, and nothing that a person wrote."""
        if self._tracer is None:
            yield
            return
        from opentelemetry.propagate import extract
        from opentelemetry.trace import SpanKind, StatusCode

        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        # An error's message may hold what a person wrote: none is recorded.
        opened = partial(
            self._tracer.start_as_current_span,
            record_exception=False, set_status_on_exception=False,
        )  # fmt: skip
        with opened("request", context=extract(headers), kind=SpanKind.SERVER) as span:
            try:
                with told_to(opened):
                    yield
            finally:
                route = getattr(scope.get("route"), "path_format", "none")
                status = scope["state"].get("status", GONE)
                span.update_name(f"{scope['method']} {route}")
                span.set_attribute("http.request.method", scope["method"])
                span.set_attribute("http.route", route)
                span.set_attribute("http.response.status_code", status)
                span.set_attribute("palate.request", scope["state"]["request_id"])
                if status >= 500:
                    span.set_status(StatusCode.ERROR)

    def close(self) -> None:
        """Sends the last spans."""
        if self._provider is not None:
            self._provider.shutdown()


def _check_protocol(environ: Mapping[str, str]) -> None:
    given = next((environ[name] for name in _PROTOCOLS if environ.get(name)), "grpc")
    if given != "grpc":
        raise PrerequisiteError(
            f"Traces are sent over gRPC alone, and {_PROTOCOLS[1]} says {given!r}: set it to "
            "'grpc', and the address to a collector's gRPC port (usually 4317)."
        )
