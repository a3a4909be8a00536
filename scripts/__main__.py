"""`python -m scripts <script> [flags]`, and the commands: `migrate`, `doubts`, `decide`, `merges`, `unmerge`, `erase`
and `search`.

Exit codes (sysexits): 0 done, 1 failed, 64 called wrongly, 75 the source is down, 78 not configured.
"""

import difflib
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

import psycopg
import stamina.instrumentation
from sqlalchemy.exc import SQLAlchemyError

from scripts import doubts, erasure, merges, search
from scripts.arguments import Parser, options_from, parser_for
from scripts.database import Database, connected
from scripts.encoders import encoder
from scripts.errors import CalledWrongly, ScriptError
from scripts.http_client import HttpClient
from scripts.migrate import migrate, require_tables
from scripts.models import EntityType
from scripts.report import Report
from scripts.roster import SCRIPTS
from scripts.script import Call, Script
from scripts.settings import read_settings
from scripts.source import Source

MIGRATE = "Brings the tables of DATABASE_URL up to this release."
COMMANDS = {
    "migrate": MIGRATE,
    "doubts": doubts.LIST,
    "decide": doubts.DECIDE,
    "merges": merges.LIST,
    "unmerge": merges.UNDO,
    "erase": erasure.ERASE,
    "search": search.SEARCH,
}


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
    elif name == "migrate":
        Parser(prog="python -m scripts migrate", description=MIGRATE).parse_args(flags)
        with connected(read_settings().database) as engine:
            report.log(migrate(engine))
    elif name == "doubts":
        Parser(prog="python -m scripts doubts", description=doubts.LIST).parse_args(flags)
        with _database() as database:
            for line in doubts.open_doubts(database):
                print(line)
    elif name == "decide":
        parser = Parser(prog="python -m scripts decide", description=doubts.DECIDE)
        doubts.decide_flags(parser)
        given = parser.parse_args(flags)
        with _database() as database:
            print(doubts.decide(database, given.source, given.external_id, given.slug))
    elif name == "merges":
        Parser(prog="python -m scripts merges", description=merges.LIST).parse_args(flags)
        with _database() as database:
            for line in merges.listed(database):
                print(line)
    elif name == "unmerge":
        parser = Parser(prog="python -m scripts unmerge", description=merges.UNDO)
        merges.unmerge_flags(parser)
        given = parser.parse_args(flags)
        with _database() as database:
            print(merges.unmerge(database, given.kept, given.merged))
    elif name == "erase":
        parser = Parser(prog="python -m scripts erase", description=erasure.ERASE)
        erasure.erase_flags(parser)
        given = parser.parse_args(flags)
        with _database() as database:
            print(erasure.erase(database, given.slug))
    elif name == "search":
        parser = Parser(prog="python -m scripts search", description=search.SEARCH, allow_abbrev=False)
        search.flags(parser)
        given = parser.parse_args(flags)
        kind = EntityType(given.type) if given.type else None
        with _database() as database:
            found = search.answers(database, encoder(read_settings(), client), given.question, kind, given.limit)
        for line in search.lines(found):
            print(line)
    elif name in {"--help", "-h"}:
        for line in _overview():
            print(line)
    else:
        raise CalledWrongly(_unknown(name))


@contextmanager
def _database() -> Iterator[Database]:
    with connected(read_settings().database) as engine:
        require_tables(engine)
        with closing(Database(engine)) as database:
            yield database


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
    near = difflib.get_close_matches(name, [*SCRIPTS, *COMMANDS], n=3, cutoff=0.5)
    hint = f"the nearest are {', '.join(near)}" if near else "--help lists them all"
    return f"there is no such script; {hint}."


def _overview() -> Iterator[str]:
    yield "python -m scripts <script> [flags]; <script> --help lists its flags."
    for script in SCRIPTS.values():
        yield f"  {script.name:28}{script.summary}"
    for name, what in COMMANDS.items():
        yield f"  {name:28}{what}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
