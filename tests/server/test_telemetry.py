"""Traces, as a real collector gets them: OTLP over gRPC on 127.0.0.1, decoded from its protobuf."""

import os
import threading
import time
from concurrent import futures
from contextlib import contextmanager
from types import SimpleNamespace

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as wire
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as service
from serving import logged, served, spawned

from palate.errors import PrerequisiteError
from palate.server.telemetry import ENDPOINT, Telemetry

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SECRETS = ("ada", "grandmother", "heat-1995", "nobody-of-that-name", "pk_")


class Collector(service.TraceServiceServicer):
    """Keeps what is sent to it."""

    def __init__(self):
        self.spans, self.services, self.bytes = [], set(), b""
        self._guard = threading.Lock()

    def Export(self, request, context):  # noqa: N802 - gRPC names it
        with self._guard:
            self.bytes += request.SerializeToString()
            for one in request.resource_spans:
                attributes = {a.key: a.value.string_value for a in one.resource.attributes}
                self.services.add(attributes["service.name"])
                for scope in one.scope_spans:
                    self.spans += [_read(span) for span in scope.spans]
        return wire.ExportTraceServiceResponse()

    def named(self, name):
        return [one for one in self.spans if one.name == name]

    def wait_for(self, number):
        deadline = time.monotonic() + 20
        while len(self.spans) < number:
            assert time.monotonic() < deadline, [one.name for one in self.spans]
            time.sleep(0.05)


def _read(span):
    values = {
        a.key: a.value.int_value if a.value.HasField("int_value") else a.value.string_value
        for a in span.attributes
    }
    return SimpleNamespace(
        name=span.name, trace=span.trace_id.hex(), id=span.span_id.hex(),
        parent=span.parent_span_id.hex(), values=values, events=list(span.events),
        status=span.status.code, kind=span.kind,
        seconds=(span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
    )  # fmt: skip


@contextmanager
def collecting():
    server = grpc.server(futures.ThreadPoolExecutor(2))
    collector = Collector()
    service.add_TraceServiceServicer_to_server(collector, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield collector, f"http://127.0.0.1:{port}"
    finally:
        server.stop(None).wait()


def test_a_collector_gets_requests_and_stages_and_nothing_that_a_person_wrote(example):
    with collecting() as (collector, url):
        with spawned(example, **{ENDPOINT: url, "OTEL_BSP_SCHEDULE_DELAY": "100"}) as shop:
            asked = {"user": "ada", "n": 3, "text": "for my grandmother", "history": ["heat-1995"]}
            under = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
            assert shop.admin.post("/v1/recommend", json=asked, headers=under).status_code == 200
            assert shop.admin.get("/v1/users/ada/profile").status_code == 200
            lost = {"user": "nobody-of-that-name", "text": "grandmother"}
            assert shop.admin.post("/v1/recommend", json=lost).status_code == 404
            talk = {"user": "ada", "text": "like heat-1995, for my grandmother"}
            assert shop.admin.post("/v1/chat", json=talk).status_code == 200
            assert shop.admin.get("/v1/items?q=grandmother").status_code == 200
            unsampled = {"traceparent": f"00-{'a' * 32}-{PARENT}-00"}
            assert shop.admin.get("/healthz", headers=unsampled).status_code == 200
            collector.wait_for(10)
        # What was not sent yet is sent when the server ends.
        [first, second] = collector.named("POST /v1/recommend")
    assert collector.services == {"palate"}
    assert (first.trace, first.parent) == (TRACE, PARENT)
    assert (first.kind, first.status) == (2, 0)
    assert first.values["http.route"] == "/v1/recommend"
    assert first.values["http.response.status_code"] == 200
    assert first.values["palate.request"] in {row["request"] for row in logged(shop, status=200)}
    inside = [one for one in collector.spans if one.parent == first.id]
    assert {"profile", "pool", "reasons"} <= {one.name for one in inside}
    assert all(one.trace == TRACE and one.seconds <= first.seconds for one in inside)
    assert second.values["http.response.status_code"] == 404
    assert (second.parent, second.trace != TRACE) == ("", True)
    assert collector.named("GET /v1/users/{user}/profile")
    assert not any(one.trace == "a" * 32 for one in collector.spans), "its caller takes none"
    assert not any(one.events for one in collector.spans), "an error's words are a person's"
    assert not any(word.encode() in collector.bytes for word in SECRETS)


def test_a_model_that_is_waited_for_has_a_span(example, monkeypatch):
    from palate.agent.models.scripted import ScriptedModel

    with collecting() as (collector, url):
        monkeypatch.setenv(ENDPOINT, url)
        telemetry = Telemetry.of(os.environ)
        with served(example, model=ScriptedModel(lambda _: "A B"), telemetry=telemetry) as shop:
            answer = shop.admin.post("/v1/recommend", json={"user": "ada", "rank_by": "fused"})
            assert answer.status_code == 200
        [request] = collector.named("POST /v1/recommend")
        [rank] = collector.named("rank")
    assert rank.parent == request.id


def test_who_collects_nothing_does_not_hold_requests_up(example):
    with spawned(example, **{ENDPOINT: "http://127.0.0.1:9"}) as shop:
        for _ in range(3):
            assert shop.admin.post("/v1/recommend", json={"user": "ada"}).status_code == 200


def test_without_an_address_nothing_is_traced():
    assert Telemetry.of({})._tracer is None


@pytest.mark.parametrize("name", ["PROTOCOL", "TRACES_PROTOCOL"])
def test_another_protocol_is_refused_by_name(name):
    asked = {ENDPOINT: "http://127.0.0.1:4318", f"OTEL_EXPORTER_OTLP_{name}": "http/protobuf"}
    with pytest.raises(PrerequisiteError, match=r"gRPC alone.*http/protobuf"):
        Telemetry.of(asked)


def test_what_is_missing_is_named(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.grpc.trace_exporter", None)
    with pytest.raises(PrerequisiteError, match=r"pip install 'palate\[otel\]'"):
        Telemetry.of({ENDPOINT: "http://127.0.0.1:4317"})
