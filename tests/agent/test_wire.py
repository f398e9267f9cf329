"""Which carrier a request takes, and what only one of them knows how to do."""

import asyncio
import os
import time

import pytest

from palate.agent.models.openai import OpenAIModel
from palate.agent.models.wire import make_wire, needs_sdk
from palate.domain import Message, ModelCall

HERE = "http://127.0.0.1:8000/v1"
CALL = ModelCall((Message("user", 'Reply with "order".\nA Alien\nB Heat'),), max_tokens=50)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    for name in os.environ:
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.mark.parametrize("transport, name", [("", "aiohttp"), ("aiohttp", "aiohttp"),
                                             ("sdk", "openai SDK")])  # fmt: skip
def test_the_carrier_that_is_asked_for(transport, name):
    assert make_wire(HERE, None, transport).name == name


@pytest.mark.parametrize("url", [HERE, "https://api.openai.com/v1", "http://[::1]:1/v1"])
def test_plain_urls_need_no_sdk(url):
    assert needs_sdk(url) == ""


@pytest.mark.parametrize("url", ["http://me:pass@host/v1", "http://host/v1?api-version=3"])
def test_odd_urls_need_the_sdk(url):
    assert "URL" in needs_sdk(url)
    assert make_wire(url, None).name == "openai SDK"


@pytest.mark.parametrize("name", ["http_proxy", "ALL_PROXY"])
def test_a_proxy_needs_the_sdk(monkeypatch, name):
    monkeypatch.setenv(name, "http://127.0.0.1:3128")
    assert "proxy" in needs_sdk(HERE)


def test_a_proxy_for_other_schemes_does_not(monkeypatch):
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:3128")
    assert needs_sdk(HERE) == ""


def test_an_organisation_needs_the_sdk(monkeypatch):
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    assert "OPENAI_ORG_ID" in needs_sdk(HERE)


@pytest.mark.parametrize("transport", ["aiohttp", "sdk"])
def test_both_send_the_same(server, transport):
    name = f"same-{transport}"
    model = OpenAIModel(server.model, base_url=server.url("good", name), transport=transport,
                        preset="vllm")  # fmt: skip

    async def once():
        call = ModelCall(
            (Message("user", "Ünï “quoted” 東京 \n reply"),), 20, {"type": "object"}, 3
        )
        await model.complete(call, deadline=time.monotonic() + 5)
        await model.aclose()

    asyncio.run(once())
    sent = server.asked[-1]
    assert sent["messages"][0]["content"] == "Ünï “quoted” 東京 \n reply"
    assert sent["chat_template_kwargs"] == {"enable_thinking": False}
    assert "extra_body" not in sent
