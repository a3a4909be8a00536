"""A warm run beside a stock one: what a process finds when it starts is the same in both."""

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deployments.warm import child
from tests.warm import Warm

#: What a run is asked about itself.
QUESTIONS = {
    "arguments": "sys.argv",
    "search path": "sys.path",
    "folder": "os.getcwd()",
    "umask": "[os.umask(0o77), os.umask(0o77)][0]",
    "environment": "dict(os.environ)",
    "open files": "{fd: os.readlink(f'/proc/self/fd/{fd}') for fd in os.listdir('/proc/self/fd') if int(fd) not in "
    "(1, 2, note.fileno()) and os.path.exists(f'/proc/self/fd/{fd}')}",
    "signals": "{number.name: str(signal.getsignal(number)) for number in signal.Signals}",
    "signals as the kernel has them": "[line for line in open('/proc/self/status') if line[:6] in "
    "('SigBlk', 'SigIgn', 'SigCgt', 'SigPnd', 'ShdPnd')]",
    "wakeup": "signal.set_wakeup_fd(-1)",
    "timers": "[signal.getitimer(timer) for timer in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)]",
    "limits": "{name: resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name[:7] == 'RLIMIT_'}",
    "priority": "[os.nice(0), sorted(os.sched_getaffinity(0)), open('/proc/self/oom_score_adj').read()]",
    "users": "[os.getresuid(), os.getresgid(), os.getgroups()]",
    "threads": "[thread.name for thread in threading.enumerate()]",
    "event loop": "[str(type(asyncio.get_event_loop_policy())), str(asyncio._get_running_loop())]",
    "time zone": "[time.tzname, time.timezone]",
    "locale": "[locale.setlocale(category) for category in (locale.LC_CTYPE, locale.LC_NUMERIC, locale.LC_TIME)]",
    "encodings": "[sys.getfilesystemencoding(), locale.getpreferredencoding(), sys.stdout.encoding, sys.stdout.errors]",
    "output": "[sys.stdout.line_buffering, sys.stdout.write_through, sys.stderr.write_through]",
    "temporary folder": "tempfile.gettempdir()",
    "module": "[__name__, __file__, __package__, 'prefect.engine' in sys.modules]",
    "settings": "{key: value for key, value in os.environ.items() if key.startswith('PREFECT_')} | "
    "prefect.settings.get_current_settings().to_environment_variables(exclude_unset=True)",
    # How often garbage is looked for is the engine's to say (deployments.warm.engine), and differs on purpose.
    "interpreter": "[gc.isenabled(), sys.getrecursionlimit(), sys.getswitchinterval(), "
    "faulthandler.is_enabled(), tracemalloc.is_tracing(), sys.excepthook is sys.__excepthook__, "
    "threading.excepthook is threading.__excepthook__, sys.gettrace(), sys.flags.optimize]",
    "warnings": "[[one[0], str(one[1]), one[2].__name__] for one in warnings.filters]",
}
IMPORTS = (
    "asyncio, faulthandler, gc, locale, os, prefect.settings, resource, signal, sys, tempfile, threading, time, "
    "tracemalloc, warnings"
)
ALL = f"{{{', '.join(f'{name!r}: {question}' for name, question in QUESTIONS.items())}}}"
#: What tells runs apart, and these two from each other.
OF_ONE_RUN = {"PREFECT__FLOW_RUN_ID", "SYNCS_RUN", "OF_A_TEST_PROGRAM"}


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    warm = Warm(Path(tempfile.mkdtemp(prefix="syncs-")))
    try:
        warm.start()
        yield warm
    finally:
        warm.leave_nothing()


@pytest.fixture(scope="module")
def answers(warm: Warm) -> tuple[dict[str, Any], dict[str, Any]]:
    """A warm run's and a stock one's."""
    both = warm.ask(ALL, imports=IMPORTS), warm.ask(ALL, imports=IMPORTS, cold=True)
    for answer in both:
        for key in OF_ONE_RUN:
            answer["environment"].pop(key)
        answer["settings"].pop("PREFECT__FLOW_RUN_ID")
    return both


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_warm_run_finds_what_a_stock_one_finds(answers: tuple[dict[str, Any], dict[str, Any]], name: str) -> None:
    warm, stock = answers
    assert warm[name] == stock[name]


def test_these_are_the_known_differences(warm: Warm) -> None:
    """Nothing else: each is a word on how the process was started, or what the kernel calls it."""
    asked = "[sys.orig_argv[1:], sys.flags.safe_path, open('/proc/self/comm').read()]"
    assert warm.ask(asked, imports="sys") == [["-P", "-m", "deployments.warm.engine"], True, "syncs-flow\n"]
    assert warm.ask(asked, imports="sys", cold=True)[:2] == [["-m", "prefect.engine"], False]


def test_two_runs_draw_different_lots(warm: Warm) -> None:
    asked = "[random.random(), random.getrandbits(64), str(uuid.uuid4()), tempfile.mktemp(), secrets.token_hex()]"
    first, second = (warm.ask(asked, imports="random, secrets, tempfile, uuid") for _ in range(2))
    assert not set(map(str, first)) & set(map(str, second))


def test_what_one_run_does_to_its_process_no_other_sees(warm: Warm) -> None:
    asked = "[os.umask(0o7), os.getcwd(), os.environ.pop('TMPDIR', None), [*sys.path], tempfile.gettempdir()]"
    change = "os.chdir('/'), sys.path.clear(), os.environ.update(TMPDIR='/nowhere'), setattr(tempfile, 'tempdir', '/')"
    first = warm.ask(f"({asked}, {change})[0]", imports="os, sys, tempfile")
    assert warm.ask(asked, imports="os, sys, tempfile") == first


@pytest.mark.parametrize(
    "value",
    ["", "=", "a=b=c", "line\nline\n", " x ", "\u00e9\u4e2d\U0001f600", os.fsdecode(b"\xff\xfe=\x80"), "x" * 130_000],
    ids=ascii,
)
def test_a_value_of_the_environment_arrives_as_it_is(warm: Warm, value: str) -> None:
    assert warm.ask("os.environ['VALUE']", {"VALUE": value}) == value


def test_an_environment_of_a_megabyte_arrives_whole(warm: Warm) -> None:
    large = {f"LARGE_{n}": "x" * 100_000 for n in range(10)}
    assert warm.ask("{key: len(os.environ[key]) for key in os.environ if key[:6] == 'LARGE_'}", large) == dict.fromkeys(
        large, 100_000
    )


@pytest.mark.parametrize(
    ("variable", "value", "asked", "expected"),
    [
        ("TZ", "Asia/Kathmandu", "datetime.datetime.now().astimezone().utcoffset().seconds", 20_700),
        ("TMPDIR", "/", "tempfile.gettempdir()", "/"),
        ("SYNCS_RETRY_DELAY", "17", "flows.settings.settings().retry_delay", 17.0),
        ("PATH", "/usr/bin:/bin", "shutil.which('python3.nowhere')", None),
        ("NO_PROXY", "of.one.run", "urllib.request.getproxies()['no']", "of.one.run"),
    ],
)
def test_a_runs_own_variable_is_heeded_warm(warm: Warm, variable: str, value: str, asked: str, expected: Any) -> None:
    imports = "datetime, flows.settings, shutil, tempfile, urllib.request"
    assert warm.ask(asked, {variable: value}, imports=imports) == expected


def test_it_runs_in_its_own_folder_by_the_settings_that_are_there(warm: Warm, tmp_path: Path) -> None:
    (tmp_path / "prefect.toml").write_text("api.request_timeout = 17.5\n")
    one = warm.launch(
        "import os, prefect.settings; print(os.getcwd(), prefect.settings.get_current_settings().api.request_timeout)",
        folder=tmp_path,
    )
    assert one.ended() == 0
    assert one.said == f"{tmp_path} 17.5\n"


@pytest.mark.parametrize("variable", ["PREFECT_LOGGING_LEVEL", "PYTHONHASHSEED", "LANG", "LC_ALL", "LD_PRELOAD"])
def test_a_run_is_no_fork_where_something_differs_that_is_read_only_once(warm: Warm, variable: str) -> None:
    """Also where the engine has it and the run has not."""
    known = child.settings_in(warm.environment)
    assert child.settings_in({**warm.environment, variable: "of-a-test"}) != known
    assert child.settings_in({key: value for key, value in warm.environment.items() if key not in known}) != known


def test_what_differs_with_every_run_and_what_is_read_when_it_is_needed_may_differ(warm: Warm) -> None:
    run = {"PREFECT__FLOW_RUN_ID": "1", "PREFECT__CONTROL_PORT": "1", "TZ": "of-a-test", "SYNCS_RUN": "1"}
    assert child.settings_in({**warm.environment, **run}) == child.settings_in(warm.environment)


def test_such_a_run_starts_the_stock_way_is_as_it_was_asked_for_and_says_so(warm: Warm) -> None:
    asked = "import prefect.main, logging, sys; print(logging.getLogger('prefect').level, sys.flags.utf8_mode)"
    one = warm.launch(asked, {"PREFECT_LOGGING_LEVEL": "DEBUG", "PYTHONUTF8": "1"})
    assert one.ended() == 0
    assert "PREFECT_LOGGING_LEVEL, PYTHONUTF8 is not what the engine was started with" in one.said
    assert one.said.splitlines()[-1] == "10 1"


def test_output_that_is_not_flushed_is_there_at_the_end(warm: Warm) -> None:
    one = warm.launch("import sys; sys.stdout.reconfigure(write_through=False); sys.stdout.write('late')")
    assert one.ended() == 0
    assert one.said == "late"


def test_nothing_is_printed_but_what_the_run_prints(warm: Warm) -> None:
    """Not that `prefect.engine` had been imported before it was run, either."""
    one = warm.launch("import sys; print('out'); print('err', file=sys.stderr)")
    assert one.ended() == 0
    assert one.said == "out\nerr\n"


ENDINGS = [
    ("pass", 0, ""),
    ("raise SystemExit", 0, ""),
    ("raise SystemExit(7)", 7, ""),
    ("raise SystemExit(-1)", 255, ""),
    ("raise SystemExit('a sentence')", 1, "a sentence"),
    ("raise ValueError('of a test')", 1, "ValueError: of a test"),
    ("import os; os._exit(9)", 9, ""),
    ("raise KeyboardInterrupt", -signal.SIGINT, "KeyboardInterrupt"),
    ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM, ""),
    ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL, ""),
    ("import os; os.abort()", -signal.SIGABRT, ""),
]


@pytest.mark.parametrize(("program", "code", "last"), ENDINGS, ids=[program for program, *_ in ENDINGS])
def test_it_ends_as_python_ends(warm: Warm, program: str, code: int, last: str) -> None:
    one = warm.launch(program)
    assert one.ended() == code
    assert (one.said.splitlines() or [""])[-1] == last


def test_a_stock_run_ends_no_otherwise(warm: Warm) -> None:
    one = warm.cold("raise KeyboardInterrupt")
    assert one.ended() == -signal.SIGINT
    assert one.was_cold


def test_what_it_has_begun_is_brought_to_its_end(warm: Warm) -> None:
    """Threads and processes of Python's are waited for, and what is to be done at the end is done."""
    one = warm.launch("""
import atexit, multiprocessing, tempfile, threading, time

def late(word):
    time.sleep(0.3)
    print(word, flush=True)

threading.Thread(target=late, args=["thread"]).start()
multiprocessing.get_context("fork").Process(target=late, args=["process"]).start()
atexit.register(late, "registered")
folder = tempfile.TemporaryDirectory()
print(folder.name, flush=True)
""")
    assert one.ended() == 0
    folder, *words = one.said.splitlines()
    assert sorted(words) == ["process", "registered", "thread"]
    assert not Path(folder).exists()
