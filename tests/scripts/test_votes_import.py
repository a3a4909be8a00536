"""sync-votes-an: what it makes of the Assemblée's archive, and when it reads it again."""

import json
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from scripts.archive import MAX_FILE_BYTES
from scripts.errors import NOT_BY_CHANCE
from scripts.paris import PARIS
from scripts.window import recent
from tests.scripts.documents import Json, archive, deputies_csv, deputy_line, scrutin, zipped
from tests.scripts.sites import Site

ZIP = ("sync-votes-an", "Scrutins.json.zip")


def listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def test_a_recording_is_imported_vote_for_vote(site: Site, recordings: Path) -> None:
    site.sources = recordings
    assert site.sync("sync-assemblee").code == 0
    outcome = site.sync("sync-votes-an")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.counters["scrutinsCreated"] == 150
    assert outcome.said[-2] == {"processed": 150, "total": 150}

    words = {"pours": "POUR", "contres": "CONTRE", "abstentions": "ABSTENTION", "nonVotants": "NON_VOTANT"}
    expected: dict[tuple[str, str], tuple[str, bool]] = {}
    announced = {}
    with zipfile.ZipFile(recordings / "/".join(ZIP)) as recorded:
        for name in recorded.namelist():
            raw = json.loads(recorded.read(name))["scrutin"]
            announced[raw["uid"]] = (raw["syntheseVote"]["decompte"], raw["sort"]["code"])
            for group in raw["ventilationVotes"]["organe"]["groupes"]["groupe"]:
                for key, them in group["vote"]["decompteNominatif"].items():
                    for voter in listed(them and them["votant"]):
                        ballot = (words[key], voter["parDelegation"] == "true")
                        expected[raw["uid"], voter["acteurRef"]] = ballot

    dump = site.dump()
    uids = {row["id"]: str(row["external_id"]) for row in dump["scrutins"]}
    assert {
        (uids[vote["scrutin_id"]], vote["acteur_ref"]): (vote["position"], vote["by_delegation"])
        for vote in dump["votes"]
    } == expected
    assert {delegated for _, delegated in expected.values()} == {True, False}
    for row in dump["scrutins"]:
        decompte, code = announced[str(row["external_id"])]
        assert (row["votes_for"], row["votes_against"]) == (int(decompte["pour"]), int(decompte["contre"]))
        assert (row["abstentions"], row["non_voting"]) == (int(decompte["abstentions"]), int(decompte["nonVotants"]))
        assert row["outcome"] == {"adopté": "ADOPTED", "rejeté": "REJECTED"}[code]
    known = {row["external_id"]: row["politician_id"] for row in dump["external_ids"]}
    assert [vote for vote in dump["votes"] if vote["politician_id"] != known.get(vote["acteur_ref"])] == []


def test_a_second_run_changes_nothing_at_all(site: Site, recordings: Path) -> None:
    site.sources = recordings
    site.sync("sync-votes-an", "--limit=10")
    before = site.dump()
    again = site.sync("sync-votes-an", "--limit=10")
    assert again.counters["scrutinsSkipped"] == 10
    assert site.dump() == before
    forced = site.sync("sync-votes-an", "--limit=10", "--force")
    assert (forced.counters["scrutinsUpdated"], forced.counters["votesUpdated"]) == (0, 0)
    assert site.dump() == before


def test_a_dry_run_counts_the_same_and_writes_nothing(site: Site) -> None:
    site.put(*ZIP, archive(scrutin(1), scrutin(2)))
    before = site.dump()
    rehearsed = site.sync("sync-votes-an", "--dry-run")
    assert site.dump() == before
    assert "Dry run" in rehearsed.out
    assert site.sync("sync-votes-an").counters == rehearsed.counters


def test_a_corrected_scrutin_ends_with_the_corrected_votes(site: Site) -> None:
    site.put(*ZIP, archive(scrutin(1, pours=["PA1", "PA2"], contres=["PA3"]), scrutin(2)))
    site.sync("sync-votes-an")
    untouched = [row for row in site.rows("scrutins") if row["number"] == 2]
    site.put(*ZIP, archive(scrutin(1, pours=["PA1"], contres=["PA2", "PA4"]), scrutin(2)))
    counters = site.sync("sync-votes-an").counters
    assert (counters["scrutinsUpdated"], counters["scrutinsSkipped"]) == (1, 1)
    assert (counters["votesCreated"], counters["votesUpdated"], counters["votesDeleted"]) == (1, 1, 1)
    first = next(row["id"] for row in site.rows("scrutins") if row["number"] == 1)
    votes = {row["acteur_ref"]: row["position"] for row in site.rows("votes") if row["scrutin_id"] == first}
    assert votes == {"PA1": "POUR", "PA2": "CONTRE", "PA4": "CONTRE"}
    assert [row for row in site.rows("scrutins") if row["number"] == 2] == untouched


def test_votes_of_unknown_deputies_are_kept_and_linked_later(site: Site) -> None:
    site.put(*ZIP, archive(scrutin(1, pours=["PA1", "PA2"]), scrutin(2, pours=["PA1"])))
    assert site.sync("sync-votes-an").counters["politiciansNotFound"] == 2
    assert {row["politician_id"] for row in site.rows("votes")} == {None}
    site.put("sync-assemblee", "deputes-active.csv", deputies_csv(deputy_line(1)))
    site.sync("sync-assemblee")
    later = site.sync("sync-votes-an")
    assert (later.counters["votesLinked"], later.counters.get("sourceUnchanged")) == (2, 1)
    assert {row["acteur_ref"] for row in site.rows("votes") if row["politician_id"]} == {"PA1"}
    assert site.sync("sync-votes-an").counters["votesLinked"] == 0


def test_today_is_a_week_back_from_the_newest_vote(site: Site) -> None:
    days = ["2025-11-10", "2025-11-11", "2025-11-16", "2025-11-17"]
    site.put(*ZIP, archive(*(scrutin(number, day) for number, day in enumerate(days, 1))))
    assert site.sync("sync-votes-an", "--today").counters["scrutinsCreated"] == 3
    assert str(min(str(row["voted_on"]) for row in site.rows("scrutins"))) == "2025-11-11"


def test_after_an_outage_longer_than_the_window_today_takes_what_lacks(site: Site) -> None:
    before, missed = scrutin(1, "2025-09-01"), [scrutin(2, "2025-10-01"), scrutin(3, "2025-10-02")]
    site.put(*ZIP, archive(before))
    site.sync("sync-votes-an")
    site.put(*ZIP, archive(before, *missed, scrutin(4, "2025-11-17")))
    assert site.sync("sync-votes-an", "--today", "--limit=2").counters["scrutinsCreated"] == 2
    counters = site.sync("sync-votes-an", "--today").counters
    assert (counters["scrutinsCreated"], counters["scrutinsProcessed"]) == (1, 2)
    assert sorted(int(str(row["number"])) for row in site.rows("scrutins")) == [1, 2, 3, 4]


def test_a_window_at_the_beginning_of_time_is_a_window() -> None:
    days = {"a": date.min, "b": date.min + timedelta(days=3), "c": date.min + timedelta(days=8)}
    assert recent({"a": date.min}) == ["a"]
    assert recent(days) == ["b", "c"]
    assert recent({"z": date.max}) == ["z"]


def test_a_vote_published_days_late_is_still_seen_today(site: Site) -> None:
    today = datetime.now(PARIS).date()
    site.put(*ZIP, archive(scrutin(1, str(today - timedelta(days=5))), scrutin(3, str(today))))
    site.sync("sync-votes-an", "--today")
    late = scrutin(2, str(today - timedelta(days=4)))
    site.put(*ZIP, archive(scrutin(1, str(today - timedelta(days=5))), late, scrutin(3, str(today))))
    counters = site.sync("sync-votes-an", "--today").counters
    assert (counters["scrutinsCreated"], counters["scrutinsSkipped"]) == (1, 2)


def test_a_slip_of_the_pen_into_the_future_does_not_move_the_window(site: Site) -> None:
    site.put(*ZIP, archive(scrutin(1, "2025-11-17"), scrutin(2, "2205-11-17")))
    assert site.sync("sync-votes-an", "--today").counters["scrutinsProcessed"] == 2


@pytest.mark.parametrize("partial", [["--today"], ["--limit=1"], ["--dry-run"]])
def test_after_a_partial_run_the_full_one_imports_everything(
    online: Site, httpserver: HTTPServer, partial: list[str]
) -> None:
    content = archive(scrutin(1, "2025-01-01"), scrutin(2, "2025-11-17"))
    httpserver.expect_request("/Scrutins.json.zip", headers={"If-None-Match": '"a"'}).respond_with_data(status=304)
    httpserver.expect_request("/Scrutins.json.zip").respond_with_data(content, headers={"ETag": '"a"'})
    online.sync("sync-votes-an", *partial)
    assert online.rows("sync_metadata") == []
    full = online.sync("sync-votes-an")
    assert len(online.rows("scrutins")) == 2
    assert full.counters["scrutinsProcessed"] == 2
    assert [row["key"] for row in online.rows("sync_metadata")] == ["votes-an-zip:17:full"]
    before = online.dump()
    assert online.sync("sync-votes-an").counters["sourceUnchanged"] == 1
    assert online.sync("sync-votes-an", "--today").counters["sourceUnchanged"] == 1
    assert online.sync("sync-votes-an", "--force").counters["scrutinsProcessed"] == 2
    assert online.dump() == before


def test_a_limit_takes_the_newest(sqlite_site: Site) -> None:
    sqlite_site.put(*ZIP, archive(*(scrutin(number) for number in (9, 10, 11))))
    sqlite_site.sync("sync-votes-an", "--limit=2")
    assert [row["number"] for row in sqlite_site.rows("scrutins")] == [11, 10]


def broken(**changed: Any) -> Json:
    return {**scrutin(1), **changed}


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (broken(sort={"code": "ajourné"}), "unknown outcome 'ajourné'"),
        (broken(sort={"code": "n'a pas adopté"}), "unknown outcome"),
        (scrutin(1, absents=["PA1"]), "unknown position 'absents'"),
        (scrutin(1, pours=["PA1"], contres=["PA1"]), "counts PA1 twice"),
        (scrutin(1, pours=["PO1"]), "voter 'PO1'"),
        (broken(dateScrutin="17/11/2025"), "dateScrutin"),
        (broken(dateScrutin=None), "has no dateScrutin"),
        (broken(legislature="16"), "legislature '16'"),
        (broken(ventilationVotes=None), "has no ventilationVotes"),
        (broken(syntheseVote={"decompte": {"pour": "many"}}), "syntheseVote|pour"),
        (broken(numero=7), "numero"),
    ],
)
def test_a_record_that_cannot_be_read_is_named_and_counted_and_the_rest_goes_on(
    sqlite_site: Site, record: Json, why: str
) -> None:
    sqlite_site.put(*ZIP, archive(record, scrutin(2)))
    outcome = sqlite_site.sync("sync-votes-an")
    assert outcome.code == 0
    assert outcome.err.startswith("Scrutins.json.zip: VTANR5L17V1 ")
    assert any(part in outcome.err for part in why.split("|"))
    assert (outcome.counters["errors"], outcome.counters["scrutinsCreated"]) == (1, 1)
    assert sqlite_site.rows("sync_metadata") == []


def test_a_position_that_is_null_or_one_object_is_understood(sqlite_site: Site) -> None:
    sqlite_site.put(*ZIP, archive(scrutin(1, pours=["PA1"], contres=[], abstentions=["PA2", "PA3"])))
    assert sqlite_site.sync("sync-votes-an").counters["votesCreated"] == 3
    assert sqlite_site.rows("scrutins")[0]["non_voting"] is None


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<html>Maintenance</html>", "not a whole ZIP"),
        (archive(scrutin(1))[:-40], "not a whole ZIP"),
        (zipped({"json/readme.txt": "hello"}), "holds no file called json/"),
        (zipped({f"json/VTANR5L17V{n}.json": "" for n in range(20_001)}), "more than 20,000 files"),
        (archive(scrutin(1, code="ajourné")), "None of the 1 scrutins"),
    ],
)
def test_what_is_no_archive_of_votes_fails_and_writes_nothing(sqlite_site: Site, content: bytes, why: str) -> None:
    sqlite_site.put(*ZIP, content)
    outcome = sqlite_site.sync("sync-votes-an")
    assert outcome.code == 1
    assert why in outcome.err
    assert sqlite_site.rows("scrutins") == []


def test_one_bad_vote_alone_in_its_week_does_not_fail_every_run(sqlite_site: Site) -> None:
    sqlite_site.put(*ZIP, archive(scrutin(1, "2025-07-10")))
    sqlite_site.sync("sync-votes-an")
    sqlite_site.put(*ZIP, archive(scrutin(1, "2025-07-10"), scrutin(2, "2025-09-30", code="ajourné")))
    outcome = sqlite_site.sync("sync-votes-an", "--today")
    assert (outcome.code, outcome.counters["errors"]) == (0, 1)
    many = (scrutin(number, "2025-09-30", code="ajourné") for number in range(2, 2 + NOT_BY_CHANCE))
    sqlite_site.put(*ZIP, archive(scrutin(1, "2025-07-10"), *many))
    outcome = sqlite_site.sync("sync-votes-an", "--today")
    assert (outcome.code, f"None of the {NOT_BY_CHANCE} scrutins" in outcome.err) == (1, True)


def test_a_file_that_unpacks_to_too_much_is_not_unpacked(sqlite_site: Site) -> None:
    bomb = {
        "json/VTANR5L17V1.json": " " * (MAX_FILE_BYTES + 1),
        "json/VTANR5L17V2.json": json.dumps({"scrutin": scrutin(2)}),
    }
    sqlite_site.put(*ZIP, zipped(bomb))
    outcome = sqlite_site.sync("sync-votes-an")
    assert (outcome.code, outcome.counters["errors"], outcome.counters["scrutinsCreated"]) == (0, 1, 1)
    assert "5,000,000 are allowed" in outcome.err


def test_a_source_that_is_down_exits_75_and_says_which(online: Site, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/Scrutins.json.zip").respond_with_data(status=503)
    outcome = online.sync("sync-votes-an")
    assert outcome.code == 75
    assert outcome.err == f"sync-votes-an: {httpserver.url_for('/Scrutins.json.zip')} answers 503.\n"
    assert outcome.out.count("Trying again in") == 3


def test_an_archive_that_moved_away_exits_1(online: Site, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/Scrutins.json.zip").respond_with_data(status=404)
    assert online.sync("sync-votes-an").code == 1
