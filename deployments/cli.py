"""`syncs`, the command line. Exit codes: 0 done, 1 it failed or Prefect is out of reach, 2 asked for wrongly."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import NoReturn

import click

from deployments import local
from deployments.bootstrap import POOL, Unreachable, bootstrap
from deployments.listing import print_catalog
from deployments.settings import Settings, SettingsError
from flows.catalog import CatalogError, read_flags, resolve

EXIT_FAILED = 1
EXIT_ASKED_WRONGLY = 2


def main() -> None:
    """What the console script calls."""
    try:
        cli(prog_name="syncs")
    except (SettingsError, Unreachable) as error:
        _refuse(error, EXIT_FAILED)
    except CatalogError as error:
        _refuse(error, EXIT_ASKED_WRONGLY)
    except OSError as error:  # the disk that output goes to is full, say
        _refuse(error, EXIT_FAILED)


def _refuse(error: Exception, code: int) -> NoReturn:
    click.echo(f"syncs: {error}", err=True)
    sys.exit(code)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Durable sync jobs on Prefect."""


@cli.command()
@click.option(
    "--demo", is_flag=True, help="Run the day once when all is up, on the samples unless SYNCS_SOURCES is set."
)
def up(demo: bool) -> None:
    """Run the whole stack here: PostgreSQL, Prefect's server, a worker. Ctrl-C stops it."""
    sys.exit(local.up(demo=demo))


@cli.command()
def deploy() -> None:
    """Register the work pool, the tag limits and every deployment with Prefect."""
    _find_prefect()
    click.echo(asyncio.run(bootstrap()))


@cli.command(name="catalog")
def list_catalog() -> None:
    """List every group and script, with its flags."""
    print_catalog()


@cli.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["-h", "--help"]})
@click.argument("name")
@click.argument("flags", nargs=-1, type=click.UNPROCESSED, metavar="[--FLAG=VALUE]...")
@click.option("--watch", is_flag=True, help="Follow the run to its end, and exit with its outcome.")
def trigger(name: str, flags: tuple[str, ...], watch: bool) -> None:
    """Start NAME, a group, the day or a script: sync:press, sync:daily, sync-votes-an."""
    target = resolve(name)
    checked = read_flags(target, flags)
    _find_prefect()
    # Imported here, because it imports Prefect, which takes seconds: a wrong name is told at once.
    from admin_api import prefect_gateway as prefect
    from deployments.watch import follow

    started = False

    async def start() -> bool:
        nonlocal started
        run = await prefect.start(target, checked, "cli")
        started = True
        click.echo(f"{target.deployment} started as {run.name}: {run.url}")
        if not await prefect.has_worker(POOL):
            click.echo("No worker is there to take it up yet: it waits for one (`syncs up` runs one).", err=True)
        return await follow(target, run) if watch else True

    try:
        went_well = asyncio.run(start())
    except (prefect.PrefectUnreachable, prefect.NotRegistered) as error:
        _refuse(error, EXIT_FAILED)
    except KeyboardInterrupt:
        unknown = "Whether it was started is not known: `prefect flow-run ls` tells."
        click.echo("\n" + ("No longer watched; the run goes on." if started else unknown), err=True)
        sys.exit(EXIT_FAILED)
    sys.exit(0 if went_well else EXIT_FAILED)


def _find_prefect() -> None:
    """Points Prefect's client at the stack of this machine, unless the environment points elsewhere."""
    settings = Settings.read()
    os.environ.setdefault("PREFECT_API_URL", settings.api_url)
    os.environ.setdefault("PREFECT_HOME", str(settings.home / "prefect"))
    # Should the stack be down, that is to be said, not covered up by a server that Prefect starts for itself.
    os.environ["PREFECT_SERVER_EPHEMERAL_ENABLED"] = "false"
    # Prefect's client reports its use over the network unless told not to.
    os.environ["DO_NOT_TRACK"] = "1"
