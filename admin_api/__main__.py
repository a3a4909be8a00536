"""`python -m admin_api check`, `migrate`, `serve`: the admin API as a program of its own.

Exit codes: 0 done, 1 the database is not ready, 2 the settings or the words are wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import threading
from typing import Any

from admin_api.settings import Settings, SettingsError

EXIT_NOT_READY = 1
EXIT_ASKED_WRONGLY = 2
LAST_WORD_TAKES = 5.0  #: seconds at most

#: On standard output, for whoever runs it keeps that. No line a request: its path may hold a query.
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "line"}},
    "loggers": {
        # uvicorn's, and what says what every request to Prefect was.
        "uvicorn": {"level": "INFO"},
        "httpx": {"level": "WARNING"},
        "alembic": {"level": "WARNING"},
    },
    "root": {"level": "INFO", "handlers": ["out"]},
}


def main() -> int:
    words = _parser().parse_args()
    try:
        settings = Settings.read()
    except SettingsError as error:
        print(f"admin_api: {error}", file=sys.stderr)
        return EXIT_ASKED_WRONGLY
    match words.command:
        case "migrate":
            return _migrate(settings)
        case "serve":
            return _serve(settings, words.host, words.port)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m admin_api", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="say what is wrong with the settings, if anything")
    commands.add_parser("migrate", help="raise the tables to this release")
    serve = commands.add_parser("serve", help="answer requests")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8080)
    return parser


# What follows is imported late: Prefect takes seconds, and a bad setting is to be told at once.


def _migrate(settings: Settings) -> int:
    from admin_api.migrate import DatabaseNotReady, migrate

    before = set(threading.enumerate())
    with asyncio.Runner() as runner:
        try:
            print(runner.run(migrate(settings.database)))
        except DatabaseNotReady as error:
            print(f"admin_api: {error}", file=sys.stderr)
            return EXIT_NOT_READY
        finally:
            if settings.database.get_backend_name() == "sqlite":
                # Its driver's thread has a last word for the loop, also where there was nothing to open.
                for thread in set(threading.enumerate()) - before:
                    thread.join(LAST_WORD_TAKES)
    return 0


def _serve(settings: Settings, host: str, port: int) -> int:
    import uvicorn

    from admin_api.app import create_app

    # Behind a proxy of this machine the caller's address is what that one says it is: uvicorn's default.
    uvicorn.run(
        create_app(settings),
        host=host,
        port=port,
        log_config=LOGGING,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
