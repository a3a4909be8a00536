"""Rows written in bulk: PostgreSQL's COPY has a text format of its own, in which some characters mean something."""

import dataclasses
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scripts.children import Changes, replace
from scripts.database import connected
from scripts.models import Chamber, Outcome, Position, Scrutin, Vote
from scripts.roster import SCRIPTS
from scripts.script import Call
from scripts.settings import database_url
from tests.scripts.sites import Site

AWKWARD = [
    "\\", "\\\\", "\t", "\r", "\n", "\r\n", "\\N", "\\.", "\\n", "\\t", "\\x41", "\\101", "", '""', '"', "'", ",",
    " a ", "NULL", "N", ".", "🗳️", "é", "e\u0301", "\u2028", "\x0b", "\x7f", "a\tb\\\nc",
]  # fmt: skip


def rows(scrutin: int, position: Position = Position.POUR) -> list[dict[str, object]]:
    return [
        {"scrutin_id": scrutin, "acteur_ref": ref, "politician_id": None, "position": position, "by_delegation": False}
        for ref in AWKWARD
    ]


def a_scrutin(session: Session) -> int:
    now = datetime.now(UTC)
    scrutin = Scrutin(
        external_id="VTANR5L17V1",
        chamber=Chamber.ASSEMBLEE_NATIONALE,
        legislature=17,
        number=1,
        voted_on=date(2025, 11, 18),
        title="Un scrutin",
        outcome=Outcome.ADOPTED,
        source_url="https://www.assemblee-nationale.fr/",
        votes_hash="",
        created_at=now,
        updated_at=now,
    )
    session.add(scrutin)
    session.flush()
    return scrutin.id


def write(session: Session, written: list[dict[str, object]], scrutin: int) -> Changes:
    return replace(session, Vote, written, parent="scrutin_id", parents=[scrutin], key="acteur_ref")


def test_every_character_comes_back_as_it_was(site: Site) -> None:
    with connected(database_url(site.url)) as engine, Session(engine) as session:
        scrutin = a_scrutin(session)
        assert write(session, rows(scrutin), scrutin) == Changes(len(AWKWARD), 0, 0)
        there = {vote.acteur_ref: vote for vote in session.scalars(select(Vote))}
        assert sorted(there) == sorted(AWKWARD)
        assert {(vote.position, vote.by_delegation, vote.politician_id) for vote in there.values()} == {
            (Position.POUR, False, None)
        }
        assert all(vote.created_at == vote.updated_at for vote in there.values())
        assert write(session, rows(scrutin), scrutin) == Changes(0, 0, 0)
        assert write(session, rows(scrutin, Position.CONTRE), scrutin) == Changes(0, len(AWKWARD), 0)
        assert write(session, [], scrutin) == Changes(0, 0, len(AWKWARD))


def test_what_the_database_refuses_is_said_without_its_values(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def write_votes_of_nothing(call: Call, _: object) -> None:
        with call.database.transaction() as session:
            write(session, rows(987_654), 987_654)

    monkeypatch.setitem(SCRIPTS, "sync-press", dataclasses.replace(SCRIPTS["sync-press"], run=write_votes_of_nothing))
    outcome = site.sync("sync-press")
    assert outcome.code == 1
    assert outcome.err.startswith("sync-press: The database refused: ")
    assert "987" not in outcome.err
