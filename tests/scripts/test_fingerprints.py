"""What is remembered of a source between two runs: what it looked like, and how far it was read."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scripts.database import connected
from scripts.fingerprints import Fingerprint, cursor, recall, remember, set_cursor
from scripts.models import SyncMetadata
from scripts.settings import database_url
from tests.scripts.sites import Site

SEEN = Fingerprint("https://a.example/x", "5ea", '"one"', "Mon, 24 Nov 2025 08:00:00 GMT")


@pytest.fixture
def session(site: Site) -> Iterator[Session]:
    with connected(database_url(site.url)) as engine, Session(engine) as session:
        yield session


def row(session: Session) -> SyncMetadata:
    session.expire_all()
    return session.scalars(select(SyncMetadata)).one()


def test_what_was_seen_comes_back_whole_with_when_it_was(session: Session) -> None:
    assert recall(session, "x:full") is None
    remember(session, "x:full", SEEN)
    assert recall(session, "x:full") == SEEN
    assert recall(session, "x:today") is None
    completed = row(session).completed_at
    assert completed
    assert datetime.now(UTC) - completed < timedelta(minutes=1)
    remember(session, "x:full", Fingerprint("https://a.example/x", "b0b"))
    assert recall(session, "x:full") == Fingerprint("https://a.example/x", "b0b")
    assert row(session).completed_at != completed


def test_how_far_was_read_moves_on(session: Session) -> None:
    assert cursor(session, "votes-senat:2024") is None
    for reached in ("12", "13"):
        set_cursor(session, "votes-senat:2024", reached)
        assert cursor(session, "votes-senat:2024") == reached
    assert cursor(session, "votes-senat:2023") is None
    assert row(session).completed_at is None


def test_the_end_of_a_pass_stands_until_the_next_one(session: Session) -> None:
    set_cursor(session, "k", "9", complete=True)
    completed = row(session).completed_at
    assert completed
    set_cursor(session, "k", "10")
    assert (row(session).cursor, row(session).completed_at) == ("10", completed)
    set_cursor(session, "k", "10", complete=True)
    assert row(session).completed_at != completed


def test_a_cursor_that_has_not_moved_writes_nothing(session: Session) -> None:
    set_cursor(session, "k", "9")
    before = row(session).updated_at
    set_cursor(session, "k", "9")
    assert row(session).updated_at == before


def test_a_cursor_is_no_fingerprint_and_the_two_leave_each_other_alone(session: Session) -> None:
    set_cursor(session, "k", "9")
    assert recall(session, "k") is None
    remember(session, "k", SEEN)
    assert cursor(session, "k") == "9"
    set_cursor(session, "k", "10")
    assert recall(session, "k") == SEEN


def test_what_is_undone_was_not_read(site: Site) -> None:
    with connected(database_url(site.url)) as engine:
        with Session(engine) as session:
            set_cursor(session, "k", "9")
            session.rollback()
        with Session(engine) as session:
            assert cursor(session, "k") is None
