"""The commands beside the scripts: what a person asks the tables, or tells them."""

import argparse
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from scripts import doubts, erasure, merges, search
from scripts.database import Database
from scripts.encoders import encoder
from scripts.http_client import HttpClient
from scripts.models import EntityType
from scripts.script import no_flags
from scripts.settings import Settings


@dataclass(frozen=True)
class Asked:
    """What was typed, and what the answer comes from."""

    given: argparse.Namespace
    database: Database
    settings: Settings
    client: HttpClient


@dataclass(frozen=True)
class Command:
    """`flags` declares what it takes; `answer` is made when the tables are there, a line each."""

    summary: str
    answer: Callable[[Asked], Iterable[str]]
    flags: Callable[[argparse.ArgumentParser], None] = no_flags


def _decide(asked: Asked) -> Iterable[str]:
    return [doubts.decide(asked.database, asked.given.source, asked.given.external_id, asked.given.slug)]


def _unmerge(asked: Asked) -> Iterable[str]:
    return [merges.unmerge(asked.database, asked.given.kept, asked.given.merged)]


def _search(asked: Asked) -> Iterable[str]:
    given = asked.given
    kind = EntityType(given.type) if given.type else None
    by = encoder(asked.settings, asked.client)
    return search.lines(search.answers(asked.database, by, given.question, kind, given.limit))


COMMANDS = {
    "doubts": Command(doubts.LIST, lambda asked: doubts.open_doubts(asked.database)),
    "decide": Command(doubts.DECIDE, _decide, doubts.decide_flags),
    "merges": Command(merges.LIST, lambda asked: merges.listed(asked.database)),
    "unmerge": Command(merges.UNDO, _unmerge, merges.unmerge_flags),
    "erase": Command(
        erasure.ERASE, lambda asked: [erasure.erase(asked.database, asked.given.slug)], erasure.erase_flags
    ),
    "search": Command(search.SEARCH, _search, search.flags),
}
