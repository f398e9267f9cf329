"""``palate chat`` in a real terminal: a pseudo-terminal, keys, and what it shows."""

import contextlib
import os
import re
import select
import shutil
import signal
import sys
import time
from types import SimpleNamespace

import pytest
from rich.cells import cell_len
from serving import pointing, scripted, served

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="needs a pseudo-terminal"
)
PROMPT = rb"\n> $"


@pytest.fixture(scope="module")
def films(example_once, tmp_path_factory):
    return shutil.copytree(example_once, tmp_path_factory.mktemp("terminal") / "films")


@pytest.fixture(scope="module")
def slow():
    """A model that takes its time."""
    with scripted() as server:
        yield server


@contextlib.contextmanager
def chatting(folder, *flags, columns=80, **environment):
    """Runs ``palate chat``; yields what types, and what reads what is shown."""
    import pty

    words = ["-c", "from palate.cli import main; main()", "-w", str(folder), "chat", *flags]
    pid, line = pty.fork()
    if pid == 0:
        os.environ |= {"COLUMNS": str(columns), "TERM": "xterm", "LANG": "C.UTF-8"} | environment
        os.execv(sys.executable, [sys.executable, *words])
    try:
        yield SimpleNamespace(
            type=lambda text: os.write(line, text.encode()),
            until=lambda end: heard(line, end), rest=lambda: heard(line, None),
            code=lambda: os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]),
        )  # fmt: skip
    finally:
        os.close(line)
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def heard(line, end):
    """Reads until the terminal says something, or to its end; returns it as it came."""
    seen, deadline = b"", time.monotonic() + 60
    while end is None or not re.search(end, bare(seen).replace(b"\r", b""), re.DOTALL):
        assert select.select([line], [], [], deadline - time.monotonic())[0], seen
        try:
            part = os.read(line, 4096)
        except OSError:
            break
        if not part:
            break
        seen += part
    return seen


def bare(seen):
    return re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]", b"", seen)


def test_a_talk_in_chinese(films):
    with chatting(films) as chat:
        chat.until(PROMPT)
        chat.type("短一点的喜剧\n")
        said = bare(chat.until(PROMPT)).decode()
        assert "当前条件" in said and "喜剧" in said
        chat.type("\x04")
        assert b"conversation t" in chat.rest()
        assert chat.code() == 0


@pytest.mark.parametrize("columns", [40, 80])
def test_no_line_is_wider_than_the_terminal(films, columns):
    with chatting(films, "-u", "wei", columns=columns) as chat:
        chat.until(PROMPT)
        said = ""
        for line in (
            "90年代的喜剧，不要歌舞片\n",
            "/why 1\n",
            "/help\n",
            "/profile\n",
            "why not Jaws?\n",
        ):
            chat.type(line)
            said += bare(chat.until(PROMPT)).decode()
        shown = [part.rsplit("\r", 1)[-1] for part in said.replace("\r\n", "\n").split("\n")]
        assert max(map(cell_len, shown)) <= columns


def test_without_colour_there_is_none(films):
    with chatting(films, NO_COLOR="1") as chat:
        chat.until(PROMPT)
        chat.type("a western\n")
        seen = chat.until(PROMPT)
        chat.type("/why 1\n")
        seen += chat.until(PROMPT)
    codes = {code for found in re.findall(rb"\x1b\[([0-9;]*)m", seen) for code in found.split(b";")}
    assert codes <= {b"", b"0", b"1", b"2", b"3", b"22", b"23"}


def test_what_was_typed_is_there_in_the_next_talk_until_it_is_forgotten(films):
    kept = films / "data" / "chat_history"
    kept.unlink(missing_ok=True)
    with chatting(films) as chat:
        chat.until(PROMPT)
        chat.type("a western\n")
        chat.until(PROMPT)
    assert kept.read_text() == "a western\n"
    assert kept.stat().st_mode & 0o777 == 0o600
    with chatting(films) as chat:
        chat.until(PROMPT)
        chat.type("\x1b[A")
        chat.until(rb"a western$")
        chat.type("\n")
        assert b"in force: 1 western" in bare(chat.until(PROMPT))
        chat.type("/forget\n")
        chat.until(PROMPT)
        chat.type("\x1b[A\x04")
        assert b"western" not in chat.rest()
    assert not kept.exists()


@pytest.mark.parametrize("through_a_server", [False, True])
def test_an_answer_is_stopped_and_the_talk_goes_on(films, slow, through_a_server):
    with pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as stack:
        pointing(patch, slow)
        if through_a_server:
            stack.enter_context(served(films))
        chat = stack.enter_context(chatting(films, "-u", "ida"))
        chat.until(PROMPT)
        slow.wait = 0
        chat.type("a western\n")
        assert b"in force: 1 western" in bare(chat.until(PROMPT))
        slow.wait = 3
        chat.type("shorter than 100 minutes\n")
        chat.until(rb"asking the model")
        chat.type("\x03")
        assert b"Stopped" in chat.until(PROMPT)
        slow.wait = 0
        chat.type("from the 1960s\n")
        said = bare(chat.until(PROMPT))
        assert b"1 western" in said and b"1960s" in said and b"100" not in said


@pytest.mark.parametrize(("said", "step"), [("a western\n", "asking the model · 2 s"),
                                            ("一部喜剧\n", "正在询问模型 · 2 秒")])  # fmt: skip
def test_a_slow_answer_tells_its_step_and_the_seconds(films, slow, said, step):
    with pytest.MonkeyPatch.context() as patch:
        pointing(patch, slow)
        with chatting(films) as chat:
            chat.until(PROMPT)
            slow.wait = 3
            chat.type(said)
            chat.until(step.encode())
            slow.wait = 0
            chat.until(PROMPT)


def test_an_interrupt_at_the_prompt_leaves_at_the_second(films):
    with chatting(films) as chat:
        chat.until(PROMPT)
        assert b"once more" in interrupted(chat)
        chat.type("a western\n")
        chat.until(PROMPT)
        assert b"once more" in interrupted(chat)
        assert b"conversation t" in interrupted(chat, b"conversation t")
        assert chat.code() == 0


def interrupted(chat, end=PROMPT):
    """Interrupts a line that is being typed.

    Python's line editor hears of a signal only once it waits for keys again: a moment later.
    """
    chat.type("half")
    chat.until(rb"half$")
    time.sleep(0.5)
    chat.type("\x03")
    return chat.until(end)
