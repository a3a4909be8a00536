"""The command line of a script: `--key=value` and bare switches."""

import argparse
from typing import NoReturn

from scripts.errors import CalledWrongly
from scripts.script import Options, Script


class Parser(argparse.ArgumentParser):
    """argparse that leaves the exit code to us; it would take 2."""

    def error(self, message: str) -> NoReturn:
        raise CalledWrongly(f"{message}; --help lists the flags")


def positive(written: str) -> int:
    """A whole number from 1 up, for argparse's `type`."""
    if not (written.isascii() and written.isdigit() and 0 < int(written) < 10**9):
        raise argparse.ArgumentTypeError(f"'{written}' is not a whole number from 1 up")
    return int(written)


def parser_for(script: Script) -> Parser:
    parser = Parser(prog=f"python -m scripts {script.name}", description=script.summary, allow_abbrev=False)
    script.flags(parser)
    parser.add_argument("--limit", type=positive, metavar="N", help="at most N records; nothing read is remembered")
    parser.add_argument("--dry-run", action="store_true", help="write nothing, and say what would be written")
    parser.add_argument("--force", action="store_true", help="read the source even if it says that it has not changed")
    parser.add_argument("--verbose", action="store_true", help="say more, with a traceback where there is an error")
    # For tests against a loopback server: every document is read at <url>/<the source's own file name>.
    parser.add_argument("--source-url", help=argparse.SUPPRESS)
    return parser


def options_from(flags: argparse.Namespace) -> Options:
    return Options(limit=flags.limit, dry_run=flags.dry_run, force=flags.force, verbose=flags.verbose)
