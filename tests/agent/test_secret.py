"""The key in no form: literal, quoted, hexadecimal, base64 at any place of something longer."""

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.agent.models.secret import Secrets

KEY = "sk-secret+/0123456789=abc"


@given(
    st.binary(max_size=20),
    st.binary(max_size=20),
    st.sampled_from("plain b64 url hex quote".split()),
)
def test_no_form_of_the_key_is_left(before, after, form):
    told = {
        "plain": lambda one: one, "b64": base64.b64encode, "url": base64.urlsafe_b64encode,
        "hex": lambda one: one.hex().encode(), "quote": lambda one: quote(one).encode(),
    }[form](before + KEY.encode() + after)  # fmt: skip
    left = Secrets(KEY, "http://localhost/v1").scrubbed(told)
    assert b"***" in left
    for inner in (base64.b64encode, base64.urlsafe_b64encode):
        for shift in range(3):
            middle = inner(b"\0" * shift + KEY.encode())[4:-6]
            assert middle not in left
    assert b"secret" not in left and KEY.encode().hex().encode() not in left


def test_user_and_password_of_the_url():
    secrets = Secrets(None, "http://ann:pass%2Fword9@localhost:8000/v1")
    both = base64.b64encode(b"ann:pass/word9").decode()
    for told in ("pass/word9", "pass%2Fword9", f"Basic {both}"):
        assert "***" in secrets.scrubbed_text(told)


@pytest.mark.parametrize("key", ["", "x", "EMPTY"])
def test_a_placeholder_is_a_word(key):
    assert Secrets(key, "http://localhost/v1").scrubbed(b"x is EMPTY") == b"x is EMPTY"
