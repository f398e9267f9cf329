"""A reply of one token is its log-probabilities: its text may be nothing at all."""

import json

import pytest

from palate.agent.models.replies import read_completion
from palate.errors import ReplyError


def body(logprobs):
    choice = {
        "message": {"role": "assistant", "content": ""}, "finish_reason": "length",
        "logprobs": logprobs,
    }  # fmt: skip
    return json.dumps({"choices": [choice], "usage": {"prompt_tokens": 9}}).encode()


def test_a_token_that_shows_as_nothing_has_log_probabilities_all_the_same():
    tops = [{"token": "", "logprob": -0.1}, {"token": " A", "logprob": -2.5}]
    told = {"content": [{"token": "", "logprob": -0.1, "top_logprobs": tops}]}
    found = read_completion(body(told), "m")
    assert (found.text, found.top_logprobs) == ("", ({"": -0.1, " A": -2.5},))


@pytest.mark.parametrize("logprobs", [None, {"content": []}, {"content": None}])
def test_nothing_at_all_is_no_reply(logprobs):
    with pytest.raises(ReplyError):
        read_completion(body(logprobs), "m")
