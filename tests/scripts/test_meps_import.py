"""sync-europarl: what it makes of the list and of the members' own documents, and what it closes."""

import csv
import os
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from scripts.models import Chamber, IdSource, Office
from scripts.paris import PARIS
from scripts.seats import BATCH
from tests.scripts.documents import Json, foreign_mep, linked, mep, mep_detail, seat
from tests.scripts.people import add
from tests.scripts.sites import PROJECT, Site
from tests.scripts.test_killed_scripts import kill_after

HERE = "sync-europarl"
TODAY = datetime.now(PARIS).date()


def serve(site: Site, *numbers: int, **details: Json) -> None:
    """The list of these members, and of each their document, `details` for some of them (m7)."""
    site.put(HERE, "meps/show-current", linked(foreign_mep(1000), *(mep(number) for number in numbers)))
    for number in numbers:
        site.put(HERE, f"meps/{number}", linked(details.get(f"m{number}", mep_detail(number))))


def ended(site: Site) -> dict[str, str | None]:
    rows = site.rows("mandates")
    return {str(row["external_id"]): str(row["ended_on"]) if row["ended_on"] else None for row in rows}


def test_who_sits_is_there_with_group_and_mandate(site: Site) -> None:
    serve(site, 1)
    outcome = site.sync(HERE)
    assert (outcome.code, outcome.err, outcome.counters["mepsCreated"]) == (0, "", 1)
    (person,), (mandate,), (group,) = site.rows("politicians"), site.rows("mandates"), site.rows("political_groups")
    assert {name: str(person[name]) for name in ("slug", "civility", "birth_date", "birth_place", "email")} == {
        "slug": "prenom-nome1",
        "civility": "Mme",
        "birth_date": "1970-01-02",
        "birth_place": "Fontbrume",
        "email": "nome1@europarl.example",
    }
    assert (group["code"], group["chamber"], group["name"]) == ("Renew", "PARLEMENT_EUROPEEN", "Groupe Renew Europe")
    assert (mandate["external_id"], mandate["office"], mandate["chamber"]) == (
        "mep-1-10",
        "DEPUTE_EUROPEEN",
        "PARLEMENT_EUROPEEN",
    )
    assert (str(mandate["started_on"]), mandate["ended_on"], mandate["legislature"]) == ("2024-07-16", None, 10)
    assert [(row["source"], row["external_id"]) for row in site.rows("external_ids")] == [("PARLEMENT_EUROPEEN", "1")]


@pytest.fixture
def recorded() -> list[dict[str, str]]:
    """The French members of term 9, recorded as the Parliament's API of before had them: Windows's encoding, days as
    in 19/01/1954 01:00. That is not the format that the script reads; the people are real."""
    folder = PROJECT / os.environ.get("SYNCS_RECORDINGS", "../shared/data")
    path = folder / "europarl/data_v1_meps_9_en.csv"
    if not path.exists():
        pytest.skip(f"no recording {path}")
    with path.open(encoding="cp1252", newline="") as file:
        return [line for line in csv.DictReader(file) if line["mep_citizenship"] == "France"]


def test_real_names_and_birth_dates_are_taken_without_loss(site: Site, recorded: list[dict[str, str]]) -> None:
    born = {line["mep_identifier"]: "-".join(reversed(line["mep_birthday"][:10].split("/"))) for line in recorded}
    records = [
        mep(int(line["mep_identifier"]), givenName=line["mep_given_name"], familyName=line["mep_family_name"])
        for line in recorded
    ]
    site.put(HERE, "meps/show-current", linked(*records))
    for line in recorded:
        id_ = line["mep_identifier"]
        day = {"bday": born[id_]} if born[id_] else {"bday": None}
        detail = mep_detail(int(id_), placeOfBirth=line["mep_place_of_birth"], **day)
        site.put(HERE, f"meps/{id_}", linked(detail))
    outcome = site.sync(HERE)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.counters["mepsCreated"] == len(recorded) == 82
    assert outcome.said[-2] == {"processed": 82, "total": 82}
    dump = site.dump()
    people = {row["id"]: row for row in dump["politicians"]}
    found = {
        str(row["external_id"]): (person["first_name"], person["last_name"], str(person["birth_date"] or ""))
        for row in dump["external_ids"]
        if (person := people[row["politician_id"]])
    }
    assert found == {
        line["mep_identifier"]: (line["mep_given_name"], line["mep_family_name"], born[line["mep_identifier"]])
        for line in recorded
    }
    before = site.dump()
    assert site.sync(HERE, "--force").counters["mepsUpdated"] == 0
    assert site.dump() == before


def test_documents_are_read_only_of_those_of_whom_something_is_missing(online: Site, httpserver: HTTPServer) -> None:
    asked: list[str] = []
    people = [1, 2]

    def answer(request: Request) -> Response:
        name = request.path.rpartition("/")[2]
        asked.append(name)
        if name == "show-current":
            assert request.headers["Accept"] == "application/ld+json"
            return Response(linked(*(mep(number) for number in people)))
        return Response(linked(mep_detail(int(name), bday=None if name == "2" else "1970-01-01")))

    for name in ("show-current", "1", "2", "3"):
        httpserver.expect_request(f"/meps/{name}").respond_with_handler(answer)
    online.sync(HERE)
    assert asked == ["show-current", "1", "2"]
    people.append(3)
    asked.clear()
    online.sync(HERE)
    assert asked == ["show-current", "2", "3"]
    asked.clear()
    online.sync(HERE)
    assert asked == ["show-current"]


def test_who_is_not_listed_any_more_has_left_on_the_day_their_document_says(site: Site) -> None:
    serve(site, 1, 2, 3)
    site.sync(HERE)
    serve(site, 2, 3)
    site.put(HERE, "meps/1", linked(mep_detail(1, seat(until="2025-10-12"))))
    assert site.sync(HERE).counters["mandatesClosed"] == 1
    assert ended(site) == {"mep-1-10": "2025-10-12", "mep-2-10": None, "mep-3-10": None}
    assert len(site.rows("politicians")) == 3
    serve(site, 1, 2, 3)
    outcome = site.sync(HERE)
    assert (outcome.counters["mandatesUpdated"], set(ended(site).values())) == (1, {None})


def test_where_there_is_no_document_any_more_it_was_today(sqlite_site: Site) -> None:
    serve(sqlite_site, 1, 2, 3)
    sqlite_site.sync(HERE)
    serve(sqlite_site, 2, 3)
    (sqlite_site.sources / HERE / "meps/1").unlink()
    outcome = sqlite_site.sync(HERE)
    assert (outcome.code, outcome.counters["mandatesClosed"]) == (0, 1)
    assert ended(sqlite_site)["mep-1-10"] == str(TODAY)


@pytest.mark.parametrize(
    ("document", "why"),
    [(linked(mep_detail(1)), "has them as sitting"), ("<html>", "cannot be read")],
    ids=["still sits", "no JSON"],
)
def test_a_list_that_lacks_a_part_closes_nothing_against_a_members_own_document(
    site: Site, document: str, why: str
) -> None:
    serve(site, 1, 2, 3)
    site.sync(HERE)
    serve(site, 2, 3)
    site.put(HERE, "meps/1", document)
    outcome = site.sync(HERE)
    assert (outcome.code, outcome.counters["mandatesClosed"], outcome.counters["errors"]) == (0, 0, 1)
    assert "meps/show-current lacks 1, and mep-1-10 stays open: its document " in outcome.err
    assert why in outcome.err
    assert ended(site)["mep-1-10"] is None
    assert not site.remembered
    site.put(HERE, "meps/1", linked(mep_detail(1, seat(until="2025-10-12"))))
    assert site.sync(HERE).counters["mandatesClosed"] == 1
    assert ended(site)["mep-1-10"] == "2025-10-12"


def test_a_seat_whose_end_is_told_in_advance_is_still_held(sqlite_site: Site) -> None:
    later = str(TODAY + timedelta(days=20))
    serve(sqlite_site, 1, m1=mep_detail(1, seat(until=later)))
    assert sqlite_site.sync(HERE).counters["mandatesCreated"] == 1
    assert ended(sqlite_site) == {"mep-1-10": None}


def test_a_new_term_ends_the_mandates_of_the_one_before(site: Site) -> None:
    serve(site, 1, 2)
    site.sync(HERE)
    ended_9 = seat(until="2026-07-01")
    new = seat(11, since="2026-07-02")
    serve(site, 2, 3, m2=mep_detail(2, ended_9, new), m3=mep_detail(3, new))
    site.put(HERE, "meps/1", linked(mep_detail(1, ended_9)))
    outcome = site.sync(HERE)
    assert (outcome.code, outcome.counters["mandatesCreated"], outcome.counters["mandatesClosed"]) == (0, 2, 2)
    assert ended(site) == {"mep-1-10": "2026-07-01", "mep-2-10": "2026-07-01", "mep-2-11": None, "mep-3-11": None}


def test_documents_of_an_earlier_term_are_refused_whole(site: Site) -> None:
    serve(site, 1, 2)
    site.sync(HERE)
    before = site.dump()
    old = seat(9, since="2019-07-02")
    serve(site, 2, 3, m2=mep_detail(2, old), m3=mep_detail(3, old))
    outcome = site.sync(HERE)
    assert outcome.code == 1
    assert "of term 9, and mandates of term 10 are open: nothing was written" in outcome.err
    assert site.dump() == before


def test_one_document_of_a_term_to_come_is_a_bad_one_and_blocks_nothing(site: Site) -> None:
    serve(site, 1, 2, 3, m2=mep_detail(2, seat(99)))
    outcome = site.sync(HERE)
    assert (outcome.code, outcome.counters["errors"], outcome.counters["mandatesCreated"]) == (0, 1, 2)
    assert outcome.err == "meps/2 (Prénom Nomé2) is of term 99, others of 10.\n"
    serve(site, 1, 2, 3)
    assert site.sync(HERE).counters["mandatesCreated"] == 1
    serve(site, 1, 2, 3, 4, m4=mep_detail(4, seat(99)))
    outcome = site.sync(HERE)
    assert (outcome.code, outcome.err) == (0, "meps/4 (Prénom Nomé4) is of term 99, others of 10.\n")
    assert set(ended(site)) == {f"mep-{number}-10" for number in (1, 2, 3)}
    assert set(ended(site).values()) == {None}
    outcome = site.sync(HERE, "--force", "--limit=1")
    assert (outcome.code, outcome.err, outcome.counters["mandatesUpdated"]) == (0, "", 0)


@pytest.mark.parametrize("done", [1, 2])
def test_a_new_term_goes_on_where_a_kill_has_left_it(sqlite_site: Site, done: int) -> None:
    serve(sqlite_site, 1, 2, 3)
    sqlite_site.sync(HERE)
    ends, new = seat(until="2026-07-01"), seat(11, since="2026-07-02")
    serve(sqlite_site, 1, 2, 3, **{f"m{number}": mep_detail(number, ends, new) for number in (1, 2, 3)})
    # As a killed run would leave it: some are of the new term, others are not yet.
    assert sqlite_site.sync(HERE, "--force", f"--limit={done}").counters["mandatesCreated"] == done
    sqlite_site.put(HERE, "meps/show-current", linked(*map(mep, (1, 2, 3))))
    outcome = sqlite_site.sync(HERE)
    assert (outcome.err, outcome.counters["mandatesCreated"], outcome.counters["mandatesClosed"]) == ("", 3 - done, 3)
    assert {key for key, day in ended(sqlite_site).items() if day is None} == {f"mep-{n}-11" for n in (1, 2, 3)}
    assert {day for day in ended(sqlite_site).values() if day} == {"2026-07-01"}


def test_documents_are_written_batch_by_batch_as_they_are_read(online: Site, httpserver: HTTPServer) -> None:
    people = range(1, BATCH * 2 + 1)
    httpserver.expect_request("/meps/show-current").respond_with_data(linked(*map(mep, people)))
    for number in people:
        answer = Response(linked(mep_detail(number))) if number <= BATCH else Response(status=503)
        httpserver.expect_request(f"/meps/{number}").respond_with_response(answer)
    outcome = online.sync(HERE)
    assert outcome.code == 75
    assert len(online.rows("mandates")) == BATCH
    assert online.rows("sync_metadata") == []


def test_a_list_with_less_than_half_of_the_mandates_is_refused_whole(site: Site) -> None:
    serve(site, *range(1, 6))
    site.sync(HERE)
    before = site.dump()
    serve(site, 1, 9)
    outcome = site.sync(HERE)
    assert outcome.code == 1
    assert "has 2, and we have 5 open mandates from it: nothing was written" in outcome.err
    assert site.dump() == before


def test_a_limited_run_closes_no_mandate_and_remembers_nothing(site: Site) -> None:
    serve(site, 1, 2)
    site.sync(HERE)
    serve(site, 2, 3)
    outcome = site.sync(HERE, "--limit=1")
    assert outcome.said[-2] == {"processed": 1, "total": 1}
    assert set(ended(site).values()) == {None}
    assert not site.remembered
    site.put(HERE, "meps/1", linked(mep_detail(1, seat(until="2025-10-12"))))
    assert site.sync(HERE).counters["mandatesClosed"] == 1


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"identifier": "MEP-1"}, "has the identifier 'MEP-1', not a number"),
        ({"identifier": "1"}, "repeats the identifier 1"),
        ({"familyName": " "}, "has no familyName"),
        ({"givenName": {"fr": "Prénom"}}, "as givenName, not a text"),
        ({"api:country-of-representation": None}, "has no api:country-of-representation"),
        ({"api:country-of-representation": "France"}, "has the country 'France'"),
    ],
)
def test_a_bad_record_is_named_and_nobody_has_left_for_it(
    sqlite_site: Site, changed: dict[str, object], why: str
) -> None:
    serve(sqlite_site, 1, 2)
    sqlite_site.sync(HERE)
    sqlite_site.put(HERE, "meps/show-current", linked(mep(1), mep(2, **changed), mep(3)))
    sqlite_site.put(HERE, "meps/3", linked(mep_detail(3)))
    outcome = sqlite_site.sync(HERE)
    assert (outcome.code, outcome.counters["errors"], outcome.counters["mepsCreated"]) == (0, 1, 1)
    assert outcome.err.startswith("meps/show-current, record 2 (")
    assert why in outcome.err
    assert set(ended(sqlite_site).values()) == {None}


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (None, "is not there"),
        ("<html>", "cannot be read"),
        (linked(), "lists nobody"),
        ("[" * 100_000, "cannot be read"),
        (linked(mep_detail(3)), "is not about this member"),
        (linked(mep_detail(2, bday="02/01/1970")), "as bday, not a day"),
        (linked(mep_detail(2, bday="1970-02-30")), "as bday, which is no day"),
        (linked(mep_detail(2, seat(until="2025-01-01"))), "has no seat of today"),
        (linked(mep_detail(2, seat(9, since="2019-07-02"))), "is of term 9, others of 10"),
        (linked(mep_detail(2, {**seat(), "memberDuring": None})), "not since when"),
        (linked(mep_detail(2, {**seat(), "organization": "org/6562"})), "not in a term"),
    ],
)  # fmt: skip
def test_a_bad_document_keeps_one_member_back_and_is_read_again(
    sqlite_site: Site, document: str | None, why: str
) -> None:
    serve(sqlite_site, 1, 2)
    path = sqlite_site.sources / HERE / "meps/2"
    path.unlink() if document is None else path.write_text(document)
    outcome = sqlite_site.sync(HERE)
    assert (outcome.code, outcome.counters["errors"], outcome.counters["mepsCreated"]) == (0, 1, 1)
    assert outcome.err.startswith("meps/2 (Prénom Nomé2) ")
    assert why in outcome.err
    assert sqlite_site.rows("sync_metadata") == []
    serve(sqlite_site, 1, 2)
    assert sqlite_site.sync(HERE).counters["mepsCreated"] == 1


def test_a_member_who_is_known_goes_on_without_their_document(sqlite_site: Site) -> None:
    serve(sqlite_site, 1, 2)
    sqlite_site.sync(HERE)
    sqlite_site.put(HERE, "meps/show-current", linked(mep(1), mep(2, **{"api:political-group": "PfE"})))
    (sqlite_site.sources / HERE / "meps/2").unlink()
    outcome = sqlite_site.sync(HERE)
    assert (outcome.code, outcome.err, outcome.counters["mandatesUpdated"]) == (0, "", 1)


def test_a_group_that_is_not_told_keeps_the_one_of_before(sqlite_site: Site) -> None:
    serve(sqlite_site, 1)
    sqlite_site.sync(HERE)
    before = sqlite_site.rows("mandates")
    sqlite_site.put(HERE, "meps/show-current", linked(mep(1, **{"api:political-group": None})))
    assert sqlite_site.sync(HERE).counters["errors"] == 0
    assert sqlite_site.rows("mandates") == before


def test_an_unknown_group_is_called_by_its_code(sqlite_site: Site) -> None:
    serve(sqlite_site, 1)
    sqlite_site.put(HERE, "meps/show-current", linked(mep(1, **{"api:political-group": "NEUF"})))
    sqlite_site.sync(HERE)
    assert [row["name"] for row in sqlite_site.rows("political_groups")] == ["NEUF"]


def test_one_seat_is_an_object_and_several_are_a_list(sqlite_site: Site) -> None:
    serve(sqlite_site, 1, m1=mep_detail(1, hasMembership=seat()))
    assert sqlite_site.sync(HERE).counters["mandatesCreated"] == 1


def test_a_deputy_who_is_elected_to_strasbourg_is_one_politician(site: Site) -> None:
    ids = {IdSource.ASSEMBLEE_NATIONALE: "PA1"}
    born = date(1970, 1, 2)
    mandate = {"office": Office.DEPUTE, "chamber": Chamber.ASSEMBLEE_NATIONALE}
    add(site, "prenom-nome1", ids, mandate, birth_date=born, email="deputee@an.example", civility="Mme")
    serve(site, 1)
    outcome = site.sync(HERE)
    assert (outcome.counters["mepsCreated"], outcome.counters["mandatesCreated"]) == (0, 1)
    (person,) = site.rows("politicians")
    assert (person["email"], person["birth_place"]) == ("deputee@an.example", "Fontbrume")
    assert person["last_name"] == "Nome1", "the chamber of France knows the name"
    assert ended(site) == {"of prenom-nome1": None, "mep-1-10": None}


def test_a_doubt_writes_nothing_else_and_the_next_run_acts_on_what_is_decided(site: Site) -> None:
    add(site, "prenom-nome1", {IdSource.ASSEMBLEE_NATIONALE: "PA1"})
    before = site.dump("politicians", "mandates", "external_ids")
    serve(site, 1)
    assert site.sync(HERE).counters["doubtful"] == 1
    after = site.dump()
    assert {name: after[name] for name in before} == before
    assert [row["external_id"] for row in after["doubts"]] == ["1"]
    assert site.sync("decide", "PARLEMENT_EUROPEEN", "1", "prenom-nome1").code == 0
    outcome = site.sync(HERE)
    assert (outcome.counters["mandatesCreated"], outcome.counters["doubtful"]) == (1, 0)
    assert len(site.rows("politicians")) == 1


def test_killed_between_two_batches_it_is_whole_after_another_run(new_site: Callable[[], Site]) -> None:
    untouched, killed = new_site(), new_site()
    for one in (untouched, killed):
        serve(one, *range(1, 121))
    untouched.sync(HERE)
    kill_after(killed, 1, HERE)
    assert len(killed.rows("mandates")) >= BATCH
    assert killed.rows("sync_metadata") == []
    assert killed.sync(HERE).code == 0
    assert killed.meaning() == untouched.meaning()
