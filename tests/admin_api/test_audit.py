"""Who did what: written with what it tells of, and read newest first."""

from contextlib import suppress

from admin_api import audit
from admin_api.auth import Caller
from tests.admin_api.site import Site

CALLER = Caller(actor="token:cli", address="192.0.2.1", user_agent="syncs")


async def test_an_entry_holds_who_what_and_from_where(site: Site) -> None:
    async with site.sessions.begin() as session:
        audit.record(session, CALLER, "start", "job", "7", script="press", flags={"limit": 5})
    (entry,) = await site.audited()
    assert (entry.action, entry.entity, entry.entity_id) == ("start", "job", "7")
    assert entry.changes == {"script": "press", "flags": {"limit": 5}}
    assert (entry.actor, entry.address, entry.user_agent) == ("token:cli", "192.0.2.1", "syncs")
    assert entry.at.tzinfo


async def test_what_was_not_done_is_not_recorded(site: Site) -> None:
    with suppress(ZeroDivisionError):
        async with site.sessions.begin() as session:
            audit.record(session, CALLER, "start", "job")
            raise ZeroDivisionError
    assert await site.audited() == []


async def test_they_are_read_a_page_at_a_time_newest_first(site: Site) -> None:
    async with site.sessions.begin() as session:
        for number in range(5):
            audit.record(session, CALLER, "start", "job", str(number))
            await session.flush()
    pages = [await audit.entries(site.sessions, page, 2) for page in (1, 2, 3, 4)]
    assert [[one.entity_id for one in rows] for rows, _ in pages] == [["4", "3"], ["2", "1"], ["0"], []]
    assert {total for _, total in pages} == {5}
