"""`syncs`, the command line."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import asdict
from typing import Any, NoReturn

import click
from rich.console import Console

from deployments import api, local
from deployments.admin_client import AdminApi, ApiAway, AskedWrongly, RefusedNow
from deployments.bootstrap import POOL, Unreachable, bootstrap
from deployments.errors import TokenError
from deployments.jobs import STATUSES, print_job, print_jobs
from deployments.listing import catalog, print_catalog
from deployments.settings import Settings, SettingsError
from flows.catalog import CatalogError, read_flags, resolve

EXIT_FAILED = 1
EXIT_ASKED_WRONGLY = 2
EXIT_REFUSED = 3

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document, and nothing else.")
EXIT_CODES = """\b
Exit codes:
  0  done; a watched run ended well
  1  it failed, or Prefect or the admin API is out of reach
  2  asked for wrongly: an unknown name, flag or job; no token
  3  refused as things stand: already under way, already over, not to be retried"""


def main() -> None:
    """What the console script calls."""
    try:
        cli(prog_name="syncs")
    except (SettingsError, Unreachable, ApiAway) as error:
        _refuse(error, EXIT_FAILED)
    except (CatalogError, AskedWrongly, TokenError) as error:
        _refuse(error, EXIT_ASKED_WRONGLY)
    except RefusedNow as error:
        _refuse(error, EXIT_REFUSED)
    except OSError as error:  # the disk that output goes to is full, say
        _refuse(error, EXIT_FAILED)


def _refuse(error: Exception, code: int) -> NoReturn:
    click.echo(f"syncs: {error}", err=True)
    sys.exit(code)


def _print_json(document: Any) -> None:
    click.echo(json.dumps(document, indent=2))


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=EXIT_CODES)
def cli() -> None:
    """Durable sync jobs on Prefect."""


@cli.command()
@click.option(
    "--demo", is_flag=True, help="Run the day once when all is up, on the samples unless SYNCS_SOURCES is set."
)
def up(demo: bool) -> None:
    """Run the whole stack here: PostgreSQL, Prefect's server, a worker, the admin API. Ctrl-C stops it."""
    sys.exit(local.up(demo=demo))


@cli.command()
@as_json
def deploy(as_json: bool) -> None:
    """Register the work pool, the tag limits, the automations and every deployment with Prefect."""
    _find_prefect()
    done = asyncio.run(bootstrap())
    _print_json({"done": done}) if as_json else click.echo(done)


@cli.command(name="catalog")
@as_json
def list_catalog(as_json: bool) -> None:
    """List every group and script, with its flags."""
    _print_json(catalog()) if as_json else print_catalog()


@cli.command(name="list")
@click.option("--status", type=click.Choice([*STATUSES], case_sensitive=False))
@click.option("--script", metavar="NAME", help="A group, the day or a script.")
@click.option("--limit", type=click.IntRange(1, 100), default=20, show_default=True)
@click.option("--page", type=click.IntRange(1), default=1, show_default=True)
@as_json
def list_jobs(status: str | None, script: str | None, limit: int, page: int, as_json: bool) -> None:
    """List jobs, newest first."""
    found = asyncio.run(_admin().jobs(status=status, script=script, limit=limit, page=page))
    _print_json(found) if as_json else print_jobs(found)


@cli.command()
@click.argument("job")
@as_json
def status(job: str, as_json: bool) -> None:
    """Show JOB, by its id or the first characters of it, with its steps and what happened to it."""
    found = asyncio.run(_admin().job(job))
    _print_json(found) if as_json else print_job(found)


@cli.command()
@click.argument("job")
@as_json
def cancel(job: str, as_json: bool) -> None:
    """Cancel JOB: its processes are gone within 10 s."""
    told = asyncio.run(_admin().cancel(job))
    _print_json(told) if as_json else click.echo(f"{told['script']} is being cancelled: {told['id']}")


@cli.command()
@click.argument("job")
@as_json
def retry(job: str, as_json: bool) -> None:
    """Run JOB again, which failed or was cancelled; finished steps are not repeated."""
    told = asyncio.run(_admin().retry(job))
    _print_json(told) if as_json else click.echo(f"{told['script']} goes on where it stopped: {told['id']}")


@cli.command()
@as_json
def rebuild(as_json: bool) -> None:
    """Make the table of jobs anew from what Prefect knows. No job is deleted."""
    database = api.database(_find_prefect().home)
    if database is None:
        raise ApiAway("Which database? Set SYNCS_DATABASE_URL, or start `syncs up`, which has one of its own.")
    from sqlalchemy.exc import SQLAlchemyError

    from admin_api import prefect_gateway as prefect
    from admin_api.rebuild import rebuild

    try:
        rebuilt = asyncio.run(rebuild(database))
    except ValueError as error:
        raise AskedWrongly(f"SYNCS_DATABASE_URL {error}.") from None
    except SQLAlchemyError as error:
        reason = str(error).partition("\n")[0]
        hint = "If it has no tables yet: `python -m admin_api migrate`."
        raise ApiAway(f"The database of the jobs cannot be used: {reason}. {hint}") from error
    except prefect.PrefectUnreachable as error:
        _refuse(error, EXIT_FAILED)
    kept = f"; {rebuilt.kept} jobs kept, of which Prefect has no run any more" if rebuilt.kept else ""
    said = f"{rebuilt.runs} runs; {rebuilt.changed} jobs made or changed{kept}"
    _print_json(asdict(rebuilt)) if as_json else click.echo(said)


@cli.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["-h", "--help"]})
@click.argument("name")
@click.argument("flags", nargs=-1, type=click.UNPROCESSED, metavar="[--FLAG=VALUE]...")
@click.option("--watch", is_flag=True, help="Follow the run to its end, and exit with its outcome.")
@as_json
def trigger(name: str, flags: tuple[str, ...], watch: bool, as_json: bool) -> None:
    """Start NAME, a group, the day or a script: sync:press, sync:daily, sync-votes-an."""
    target = resolve(name)
    checked = read_flags(target, flags)
    _find_prefect()
    # Imported here, because it imports Prefect, which takes seconds: a wrong name is told at once.
    from admin_api import prefect_gateway as prefect
    from deployments.watch import follow, outcome

    started = False

    async def start() -> bool:
        nonlocal started
        run = await prefect.start(target, checked, "cli")
        started = True
        click.echo(f"{target.deployment} started as {run.name}: {run.url}", err=as_json)
        click.echo(f"its job: {run.job}", err=as_json)
        if not await prefect.has_worker(POOL):
            click.echo("No worker is there to take it up yet: it waits for one (`syncs up` runs one).", err=True)
        steps: list[prefect.StepRun] = []
        if watch:
            run, steps = await follow(target, run, Console(stderr=as_json))
        if as_json:
            _print_json(outcome(target, run, steps))
        return run.well or not watch

    try:
        went_well = asyncio.run(start())
    except (prefect.PrefectUnreachable, prefect.NotRegistered) as error:
        _refuse(error, EXIT_FAILED)
    except KeyboardInterrupt:
        unknown = "Whether it was started is not known: `prefect flow-run ls` tells."
        click.echo("\n" + ("No longer watched; the run goes on." if started else unknown), err=True)
        sys.exit(EXIT_FAILED)
    sys.exit(0 if went_well else EXIT_FAILED)


def _admin() -> AdminApi:
    return AdminApi.of(Settings.read())


def _find_prefect() -> Settings:
    """Points Prefect's client at the stack of this machine, unless the environment points elsewhere."""
    settings = Settings.read()
    os.environ.setdefault("PREFECT_API_URL", settings.api_url)
    os.environ.setdefault("PREFECT_HOME", str(settings.home / "prefect"))
    # Should the stack be down, that is to be said, not covered up by a server that Prefect starts for itself.
    os.environ["PREFECT_SERVER_EPHEMERAL_ENABLED"] = "false"
    # Prefect's client reports its use over the network unless told not to.
    os.environ["DO_NOT_TRACK"] = "1"
    return settings
