"""`python -m scripts <script> [flags]`, `migrate`, and the commands of scripts.commands.

Exit codes (sysexits): 0 done, 1 failed, 64 called wrongly, 75 the source is down, 78 not configured.
"""

import difflib
import os
import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing

import psycopg
import stamina.instrumentation
from sqlalchemy.exc import SQLAlchemyError

from scripts.arguments import Parser, options_from, parser_for
from scripts.commands import COMMANDS, Asked
from scripts.database import Database, connected
from scripts.errors import CalledWrongly, ScriptError
from scripts.http_client import HttpClient
from scripts.migrate import migrate, require_tables
from scripts.report import Report
from scripts.roster import SCRIPTS
from scripts.script import Call, Script
from scripts.settings import read_settings
from scripts.source import Source

MIGRATE = "Brings the tables of DATABASE_URL up to this release."
SUMMARIES = {"migrate": MIGRATE, **{name: command.summary for name, command in COMMANDS.items()}}


def main(arguments: Sequence[str], *, client: HttpClient | None = None) -> int:
    """The exit code. Tests give a client that waits less."""
    report = Report(verbose="--verbose" in arguments)
    name, *flags = arguments or [""]
    stamina.instrumentation.set_on_retry_hooks(
        [lambda retry: report.log(f"{retry.caused_by} Trying again in {retry.wait_for:.3g} s.")]
    )
    try:
        with closing(client or HttpClient()) as http:
            _dispatch(name, flags, report, http)
    except Exception as error:
        if report.verbose:
            traceback.print_exc()
        sentence = _sentence(error)
        report.error(sentence if sentence.startswith(name) else f"{name}: {sentence}")
        return error.exit_code if isinstance(error, ScriptError) else ScriptError.exit_code
    return 0


def _dispatch(name: str, flags: Sequence[str], report: Report, client: HttpClient) -> None:
    if name in SCRIPTS:
        _run(SCRIPTS[name], flags, report, client)
    elif name in COMMANDS:
        _answer(name, flags, client)
    elif name == "migrate":
        Parser(prog="python -m scripts migrate", description=MIGRATE, allow_abbrev=False).parse_args(flags)
        with connected(read_settings().database) as engine:
            report.log(migrate(engine))
    elif name in {"--help", "-h"}:
        _tell(_overview())
    else:
        raise CalledWrongly(_unknown(name))


def _answer(name: str, flags: Sequence[str], client: HttpClient) -> None:
    command = COMMANDS[name]
    parser = Parser(prog=f"python -m scripts {name}", description=command.summary, allow_abbrev=False)
    command.flags(parser)
    given = parser.parse_args(flags)
    settings = read_settings()
    with connected(settings.database) as engine:
        require_tables(engine)
        with closing(Database(engine)) as database:
            _tell(command.answer(Asked(given, database, settings, client)))


def _tell(lines: Iterable[str]) -> None:
    try:
        for line in lines:
            print(line)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has read enough, as `| head` has. What is still buffered goes nowhere, too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(script: Script, flags: Sequence[str], report: Report, client: HttpClient) -> None:
    parsed = parser_for(script).parse_args(flags)
    options = options_from(parsed)
    settings = read_settings()
    source = Source(script.name, settings.syncs_sources, client, parsed.source_url)
    with connected(settings.database) as engine:
        require_tables(engine)
        with closing(Database(engine, dry_run=options.dry_run)) as database:
            if options.dry_run:
                report.log("Dry run: what follows is what would be done; nothing of it is kept.")
            script.run(Call(options, database, source, report, settings, client), parsed)


def _sentence(error: Exception) -> str:
    if isinstance(error, ScriptError):
        return str(error)
    if isinstance(error, (SQLAlchemyError, psycopg.Error)):  # the latter from COPY, which SQLAlchemy does not know
        # The first line is the database's own; the next ones are the statement or the row, with its values.
        reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        return f"The database refused: {reason}. --verbose shows where."
    return f"Unexpected {type(error).__name__}: {error}. --verbose shows where."


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, [*SCRIPTS, *SUMMARIES], n=3, cutoff=0.5)
    hint = f"the nearest are {', '.join(near)}" if near else "--help lists them all"
    return f"there is no such script; {hint}."


def _overview() -> Iterator[str]:
    yield "python -m scripts <script> [flags]; <script> --help lists its flags."
    for script in SCRIPTS.values():
        yield f"  {script.name:28}{script.summary}"
    for name, what in SUMMARIES.items():
        yield f"  {name:28}{what}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
