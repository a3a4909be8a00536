"""The tap by itself: no Prefect, a real socket, real processes."""

import json
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from flows import tap
from flows.tap.lines import Lines, read_report

PYTHON = (sys.executable, "-u", "-c")
Messages = list[dict[str, Any]]


class Tapped:
    """A tap, and the flow's end of its socket."""

    def __init__(self, folder: Path, command: list[str], seconds: float) -> None:
        path = folder / f"tap-{random.random()}"
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(path))
            server.listen()
            self.process = subprocess.Popen(tap.command(str(path), str(folder / "lock"), seconds, command))
            self.flow, _ = server.accept()
        self._lines = self.flow.makefile("rb")

    def next(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self._lines.readline())
        return message

    def rest(self) -> Messages:
        """All that it still says, to its end."""
        messages = [json.loads(line) for line in self._lines]
        self.process.wait(10)
        return messages

    def close(self) -> None:
        self._lines.close()
        self.flow.close()


Start = Callable[..., Tapped]


@pytest.fixture
def start(short_path: Path) -> Iterator[Start]:
    started: list[Tapped] = []

    def start(*command: str, seconds: float = 20) -> Tapped:
        started.append(Tapped(short_path, list(command), seconds))
        return started[-1]

    yield start
    for one in started:
        one.close()
        one.process.wait(10)


def logged(messages: Messages) -> list[str]:
    return [message["log"] for message in messages if "log" in message]


def ending(messages: Messages) -> dict[str, Any]:
    assert list(messages[-1]) == ["exit"]
    outcome: dict[str, Any] = messages[-1]["exit"]
    return outcome


def alive(marker: str) -> list[int]:
    return [process.pid for process in psutil.process_iter(["cmdline"]) if marker in " ".join(process.info["cmdline"])]


class TestLines:
    def test_a_line_written_in_pieces_is_one_line(self) -> None:
        lines = Lines()
        assert list(lines.feed(b"ha")) == []
        assert list(lines.feed(b"lf\nnext")) == [("half", False)]
        assert list(lines.end()) == [("next", False)]

    def test_bytes_that_are_not_utf8_are_replaced(self) -> None:
        assert list(Lines().feed("\u00e9t\u00e9\n".encode("latin-1"))) == [("\ufffdt\ufffd", False)]

    def test_a_character_split_between_two_reads_is_whole(self) -> None:
        lines = Lines()
        first, second = "\u00e9".encode()[:1], "\u00e9".encode()[1:]
        assert [*lines.feed(first), *lines.feed(second + b"\n")] == [("\u00e9", False)]

    def test_nul_is_replaced_because_postgresql_cannot_hold_it(self) -> None:
        assert list(Lines().feed(b"a\0b\n")) == [("a\ufffdb", False)]

    def test_a_line_too_long_is_cut_with_a_mark_and_the_next_is_whole(self) -> None:
        lines = Lines()
        got = [line for _ in range(16) for line in lines.feed(b"x" * 65_536)] + list(lines.feed(b"\nnext\n"))
        assert got[0] == ("x" * tap.LONGEST_LINE + f" [... {16 * 65_536 - tap.LONGEST_LINE} more bytes cut]", True)
        assert got[1] == ("next", False)

    def test_windows_line_ends_are_dropped(self) -> None:
        assert list(Lines().feed(b"a\r\n\r\n")) == [("a", False), ("", False)]


@pytest.mark.parametrize(
    ("line", "report"),
    [
        ('@sync {"processed": 120, "total": 272}', {"processed": 120, "total": 272}),
        ('@sync {"result": {"created": 3}}', {"result": {"created": 3}}),
        ('@sync {"processed": 3}', {"processed": 3}),
        ('@sync {"processed": 3, "note": "x"}', {"processed": 3, "note": "x"}),
        ("@sync", None),
        ("@sync nonsense", None),
        ('@synced {"processed": 3}', None),
        ('log @sync {"processed": 3}', None),
        ("@sync [1]", None),
        ("@sync {}", None),
        ('@sync {"processed": -1}', None),
        ('@sync {"processed": 1.5}', None),
        ('@sync {"processed": true}', None),
        ('@sync {"processed": "3"}', None),
        ('@sync {"processed": 99999999999999999999}', None),
        ('@sync {"processed": ' + "9" * 5000 + "}", None),
        ('@sync {"result": [1]}', None),
        ('@sync {"result": {"x": NaN}}', None),
        ('@sync {"result": ' + '{"a":' * 18 + "1" + "}" * 19, {"result": json.loads('{"a":' * 18 + "1" + "}" * 18)}),
        ('@sync {"result": ' + '{"a":' * 21 + "1" + "}" * 22, None),
        ('@sync {"result": {"a": 1e999}}', None),
        (r'@sync {"result": {"path": "C:\\u0000"}}', {"result": {"path": r"C:\u0000"}}),
        (r'@sync {"result": {"nul": "\u0000"}}', {"result": {"nul": "\ufffd"}}),
        ('@sync {"result": ' + '{"a":' * 3000 + "1" + "}" * 3001, None),
    ],
)
def test_what_is_a_report_and_what_is_log(line: str, report: dict[str, Any] | None) -> None:
    assert read_report(line) == report


def test_output_progress_result_and_the_tail_of_standard_error_come_through(start: Start) -> None:
    script = """
import sys
print('starting')
print('@sync {"processed": 1, "total": 2}')
print('careful', file=sys.stderr)
print('@sync {"processed": 2}')
print('@sync {"result": {"created": 2}}')
"""
    messages = start(*PYTHON, script).rest()
    assert "started" in messages[0]
    assert {"log": "starting", "error": False} in messages
    assert {"log": "careful", "error": True} in messages
    assert [message["progress"] for message in messages if "progress" in message][-1] == {"processed": 2, "total": 2}
    outcome = ending(messages)
    assert (outcome["code"], outcome["why"], outcome["result"], outcome["tail"]) == (0, None, {"created": 2}, "careful")


@pytest.mark.parametrize("code", [0, 1, 64, 75, 78, 255])
def test_the_exit_code_is_the_scripts_own(start: Start, code: int) -> None:
    one = start("sh", "-c", f"exit {code}")
    assert ending(one.rest())["code"] == code
    assert one.process.returncode == code


def test_a_script_ended_by_a_signal_says_which(start: Start) -> None:
    assert ending(start("sh", "-c", "kill -SEGV $$").rest())["code"] == -signal.SIGSEGV


def test_a_command_that_does_not_exist_is_said(start: Start) -> None:
    outcome = ending(start("/no/such/program").rest())
    assert outcome["code"] == tap.EXIT_CALLED_WRONGLY
    assert "/no/such/program" in outcome["why"]


def test_a_lock_that_cannot_be_had_is_named(start: Start, short_path: Path) -> None:
    (short_path / "lock").mkdir()
    outcome = ending(start("true").rest())
    assert outcome["code"] == tap.EXIT_TAP_FAILED
    assert str(short_path / "lock") in outcome["why"]


def test_a_burst_of_3000_lines_arrives_line_by_line(start: Start) -> None:
    script = "import sys; sys.stdout.write(''.join(f'line {n} ' + 'x' * 200 + chr(10) for n in range(3000)))"
    lines = logged(start(*PYTHON, script).rest())
    assert lines == [f"line {n} " + "x" * 200 for n in range(3000)]


def test_progress_ten_thousand_times_a_second_goes_on_twice_a_second_and_the_last_one_always(start: Start) -> None:
    script = """
import time
end = time.monotonic() + 1.3
n = 0
while time.monotonic() < end:
    n += 1
    print('@sync {"processed": %d, "total": 1000000}' % n)
print(n)
"""
    began = time.monotonic()
    messages = start(*PYTHON, script).rest()
    took = time.monotonic() - began
    progress = [message["progress"]["processed"] for message in messages if "progress" in message]
    assert progress == sorted(progress)
    assert str(progress[-1]) == logged(messages)[-1]
    assert len(progress) <= 2 + took / tap.PROGRESS_EVERY
    assert progress[-1] > 2_000


def test_at_its_time_limit_a_script_that_ignores_sigterm_is_killed_with_its_grandchildren(start: Start) -> None:
    marker = f"syncs-hang-{random.random()}"
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    script = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {stubborn!r}, {marker!r}]); {stubborn}"
    one = start(*PYTHON, script, marker, seconds=0.5)
    outcome = ending(one.rest())
    assert outcome["code"] == -signal.SIGKILL
    assert outcome["why"] == "its time limit of 0.5 s passed"
    assert 0.5 + tap.GRACE <= outcome["seconds"] < 0.5 + tap.GRACE + 3
    assert alive(marker) == []


def test_a_script_that_heeds_sigterm_ends_in_its_own_way(start: Start) -> None:
    script = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (print('tidying up'), sys.exit(0)))
print('ready')
time.sleep(60)
"""
    one = start(*PYTHON, script, seconds=1)
    messages = one.rest()
    assert logged(messages) == ["ready", "tidying up"]
    # It ended well after all, but it was told to: that is no success.
    assert ending(messages)["why"] == "its time limit of 1 s passed"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_the_tap_ends_the_script(start: Start, how: signal.Signals) -> None:
    one = start("sleep", "60")
    one.next()
    one.process.send_signal(how)
    assert ending(one.rest())["why"] == "it was cancelled"


def test_when_the_flow_is_gone_the_script_is_ended(start: Start) -> None:
    one = start("sleep", "60")
    script = one.next()["started"]
    one.close()
    one.process.wait(tap.GRACE)
    assert not psutil.pid_exists(script)


def test_when_the_flow_is_gone_before_the_script_began_it_never_begins(start: Start, tmp_path: Path) -> None:
    first = start("sleep", "2")
    first.next()
    second = start("touch", str(tmp_path / "began"))
    assert "Waiting" in second.next()["log"]
    second.close()
    second.process.wait(5)
    assert not (tmp_path / "began").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a script that its parent was killed")
def test_when_the_tap_is_killed_the_script_dies_with_it(start: Start) -> None:
    one = start("sleep", "60")
    script = psutil.Process(one.next()["started"])
    one.process.kill()
    script.wait(5)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux hands orphans to the tap")
def test_a_daemon_that_left_the_process_group_is_ended_too(start: Start) -> None:
    marker = f"syncs-daemon-{random.random()}"
    script = f"""
import os, sys
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv(sys.executable, [sys.executable, '-c', 'import time; time.sleep(60)', {marker!r}])
    os._exit(0)
os.wait()
"""
    messages = start(*PYTHON, script).rest()
    assert ending(messages)["code"] == 0
    assert any("what it left running is ended" in line for line in logged(messages))
    assert alive(marker) == []


def test_what_a_script_left_in_the_background_does_not_hold_up_its_end(start: Start) -> None:
    outcome = ending(start("sh", "-c", "sleep 60 & exit 0").rest())
    assert outcome["code"] == 0
    assert outcome["seconds"] < 3


def test_two_runs_of_a_script_take_turns(start: Start, tmp_path: Path) -> None:
    note = f"import time; f = open({str(tmp_path / 'turns')!r}, 'a', 1); f.write('in '); time.sleep(1); f.write('out ')"
    first, second = start(*PYTHON, note), start(*PYTHON, note)
    assert ending(first.rest())["code"] == ending(second.rest())["code"] == 0
    assert (tmp_path / "turns").read_text() == "in out in out "


def test_a_run_that_waits_in_vain_for_the_one_before_asks_to_be_tried_again(start: Start) -> None:
    first = start("sleep", "60")
    pid = first.next()["started"]
    outcome = ending(start("true", seconds=0.5).rest())
    assert outcome["code"] == tap.EXIT_TEMPORARY
    assert f"(process {pid}) did not end" in outcome["why"]


@pytest.mark.skipif(sys.platform != "linux", reason="only there does the script die with its tap")
def test_the_lock_is_free_again_once_a_killed_tap_and_its_script_are_gone(start: Start) -> None:
    first = start("sleep", "60")
    first.next()
    first.process.kill()
    assert ending(start("true").rest())["code"] == 0


def test_the_scripts_own_time_starts_when_the_lock_is_had(start: Start) -> None:
    first = start("sleep", "1")
    first.next()
    assert ending(start("sleep", "1.2", seconds=1.8).rest())["code"] == 0


@pytest.mark.parametrize(
    "word", ["$(touch x)", "; touch x", "`touch x`", "a'b\"c", "line\nline", "x" * 10_000, "--", "*", "\\", "\u00e9"]
)
def test_an_argument_reaches_the_script_as_it_is(start: Start, word: str) -> None:
    messages = start(*PYTHON, "import json, sys; print(json.dumps(sys.argv[1:]))", word).rest()
    assert json.loads(logged(messages)[0]) == [word]


def test_a_script_gets_nothing_of_what_speaks_to_prefect(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", "admin:secret")
    monkeypatch.setenv("DATABASE_URL", "sqlite://")
    lines = logged(start("env").rest())
    assert not [line for line in lines if line.startswith("PREFECT")]
    assert "DATABASE_URL=sqlite://" in lines


def test_standard_input_is_empty(start: Start) -> None:
    assert ending(start("cat").rest())["code"] == 0


def test_a_lone_surrogate_and_a_nul_in_json_do_no_harm(start: Start) -> None:
    script = r"""print('@sync {"result": {"bad": "\\ud800 \\u0000"}}')"""
    assert ending(start(*PYTHON, script).rest())["result"] == {"bad": "? \ufffd"}


def test_a_slow_flow_makes_the_script_wait_and_the_time_limit_still_holds(start: Start) -> None:
    one = start("yes", "a long line that fills every buffer there is", seconds=1)
    time.sleep(2.5)
    memory = psutil.Process(one.process.pid).memory_info().rss
    assert memory < 100 << 20
    assert ending(one.rest())["why"] == "its time limit of 1 s passed"
