"""sync-photos: which addresses it builds, what it takes for a picture, and whose portrait it leaves alone."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import create_engine, text
from werkzeug import Request, Response

from scripts import sync_photos
from scripts.errors import RecordError
from scripts.images import require_picture
from scripts.models import Chamber, IdSource, Office, PhotoSource
from scripts.portraits import Subject, built, on_commons, pictures
from scripts.settings import database_url
from tests.scripts.documents import claims, jpeg
from tests.scripts.people import LONG_AGO, add
from tests.scripts.sites import SAMPLES, Site
from tests.scripts.test_killed_scripts import kill_after

PHOTOS = "sync-photos"
MINISTER = {"office": Office.MINISTRE}
AN, SENAT, HATVP, WIKIDATA = (
    IdSource.ASSEMBLEE_NATIONALE,
    IdSource.SENAT,
    IdSource.HATVP,
    IdSource.WIKIDATA,
)
OF_PA1 = "https://www.assemblee-nationale.fr/dyn/static/tribun/17/photos/carre/1.jpg"
ON_COMMONS = "https://upload.wikimedia.org/wikipedia/commons/"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40 + b"\0\0\0\0IEND\xaeB`\x82"
WEBP = b"RIFF" + (16).to_bytes(4, "little") + b"WEBPVP8L" + b"\0" * 8


def subject(ids: Mapping[IdSource, str], *, legislature: int | None = 17, has_governed: bool = False) -> Subject:
    return Subject(
        first_name="Élodie", last_name="d'Œuvre-Haÿ", ids=ids, legislature=legislature, has_governed=has_governed
    )


def photos(site: Site) -> dict[str, tuple[str | None, str | None]]:
    rows = site.rows("politicians")
    return {str(row["slug"]): (row["photo_url"], row["photo_source"]) for row in rows}  # type: ignore[misc]


def checked(site: Site) -> dict[str, datetime | None]:
    """When each was looked at: the dump leaves it out."""
    engine = create_engine(database_url(site.url))
    try:
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT slug, photo_checked_at FROM politicians")).all()
    finally:
        engine.dispose()
    return {
        slug: (datetime.fromisoformat(at) if isinstance(at, str) else at).replace(tzinfo=UTC) if at else None
        for slug, at in rows
    }


def wait(site: Site, *, days: int) -> None:
    """As if everybody had been looked at so much longer ago."""
    engine = create_engine(database_url(site.url))
    at = {slug: moment - timedelta(days=days) for slug, moment in checked(site).items() if moment}
    try:
        with engine.begin() as connection:
            for slug, moment in at.items():
                values = {"slug": slug, "at": moment.strftime("%Y-%m-%d %H:%M:%S.%f")}
                connection.execute(text("UPDATE politicians SET photo_checked_at = :at WHERE slug = :slug"), values)
    finally:
        engine.dispose()


Answer = bytes | str | int


class Server:
    """Answers by the file's name: bytes, or a status."""

    def __init__(self, server: HTTPServer, answers: Mapping[str, Answer]) -> None:
        self.answers = dict(answers)
        self.asked: list[str] = []
        server.expect_request(re.compile("/.*")).respond_with_handler(self._answer)

    def _answer(self, request: Request) -> Response:
        name = request.path.removeprefix("/")
        self.asked.append(name)
        answer = self.answers.get(name, 404)
        return Response(status=answer) if isinstance(answer, int) else Response(answer)


@pytest.mark.parametrize(
    ("who", "addresses"),
    [
        (subject({AN: "PA1"}), [OF_PA1]),
        (subject({AN: "PA1"}, legislature=16), [OF_PA1.replace("/17/", "/16/")]),
        (subject({AN: "PA1"}, legislature=None), [OF_PA1]),
        (subject({AN: "1"}), []),
        (
            subject({SENAT: "19719D"}),
            [
                "https://www.senat.fr/senimg/d_oeuvre_hay_elodie19719d_carre.jpg",
                "https://www.senat.fr/senimg/19719D.jpg",
            ],
        ),
        (subject({SENAT: "../x"}), []),
        (
            subject({}, has_governed=True),
            ["https://www.hatvp.fr/livraison/photos_gouvernement/d-oeuvre-hay-elodie.jpg"],
        ),
        (subject({WIKIDATA: "Q1", HATVP: "x"}), []),
    ],
)
def test_an_address_is_built_from_the_id_or_the_name(who: Subject, addresses: list[str]) -> None:
    assert [one.url for one in built(who)] == addresses


def test_commons_has_a_file_under_the_hash_of_its_name() -> None:
    # A file that many pages about Commons take for their example.
    small, whole = on_commons("Tour Eiffel Wikimedia Commons.jpg")
    assert whole.url == ON_COMMONS + "a/a8/Tour_Eiffel_Wikimedia_Commons.jpg"
    name = "Tour_Eiffel_Wikimedia_Commons.jpg"
    assert small.url == f"{ON_COMMONS}thumb/a/a8/{name}/330px-{name}"


@pytest.mark.parametrize(
    ("file", "small"),
    [
        ("élodie (2024).JPG", "330px-%C3%89lodie_%282024%29.JPG"),
        ("A?b.png", "330px-A%3Fb.png"),
        ("A.tiff", "lossy-page1-330px-A.tiff.jpg"),
        ("A.webm", None),
        ("A", None),
    ],
)
def test_a_name_is_quoted_and_what_is_no_picture_is_left_out(file: str, small: str | None) -> None:
    assert next((one.url.rpartition("/")[2] for one in on_commons(file)), None) == small


@pytest.mark.parametrize(
    ("answer", "files"),
    [
        (claims("A.jpg", "B.jpg"), ["A.jpg", "B.jpg"]),
        (claims("A.jpg", rank="deprecated"), []),
        (claims(), []),
        ('{"claims": []}', []),
        ('{"claims": {"P18": [{"mainsnak": {"snaktype": "novalue"}, "rank": "normal"}]}}', []),
        (claims("A.jpg", "B.jpg", "C.jpg").replace('"normal"', '"preferred"', 1), ["A.jpg"]),
    ],
)
def test_of_wikidatas_pictures_the_preferred_ones_are_taken(answer: str, files: list[str]) -> None:
    assert pictures(answer.encode()) == files


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ('{"error": {"code": "no-such-entity"}}', "answers no-such-entity"),
        ("<html>", "cannot be read"),
        ("[]", "cannot be read"),
        ('{"claims": {"P18": [{}]}}', "cannot be read"),
        ("[" * 100_000, "cannot be read"),
        (claims("../../x.jpg"), "names the file"),
        (claims("a\nb.jpg"), "names the file"),
        (claims(""), "names the file"),
    ],
)
def test_another_answer_is_refused(answer: str, why: str) -> None:
    with pytest.raises(RecordError, match=why):
        pictures(answer.encode())


@pytest.mark.parametrize("content", [jpeg(), PNG, WEBP, jpeg() + b"from the camera"])
def test_a_whole_picture_is_one(content: bytes) -> None:
    require_picture(content)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"<!doctype html>", "is no picture"),
        (b"GIF89a", "is no picture"),
        (b"RIFF\x10\0\0\0WAVE" + b"\0" * 12, "is no picture"),
        *((whole[: len(whole) // 2], "ends in the middle") for whole in (jpeg(), PNG, WEBP)),
        # A camera's own small picture in front is whole, and the one behind it is not.
        (b"\xff\xd8\xff\xe1" + jpeg() + jpeg()[2:-2], "ends in the middle"),
        (b"\xff\xd8\xff\xd9", "ends in the middle"),
    ],
)
def test_anything_else_is_none(content: bytes, why: str) -> None:
    with pytest.raises(RecordError, match=why):
        require_picture(content)


def test_the_best_source_that_has_one_is_taken(online: Site, httpserver: HTTPServer) -> None:
    add(online, "un-depute", {AN: "PA1", WIKIDATA: "Q1"})
    add(online, "une-senatrice", {SENAT: "19719D"})
    add(online, "un-ministre", {AN: "PA2", WIKIDATA: "Q2"}, MINISTER)
    add(online, "une-autre", {AN: "PA3", WIKIDATA: "Q3"})
    add(online, "personne", {AN: "PA4"})
    add(online, "sans-rien", {})
    server = Server(
        httpserver,
        {
            "PA1.jpg": jpeg(),
            "19719D.jpg": jpeg(),
            "ministre-un.jpg": PNG,
            "Q3.json": claims("Film.webm", "Une autre.jpg"),
            "Une_autre.jpg": jpeg(),
        },
    )
    outcome = online.sync(PHOTOS)
    assert (outcome.code, outcome.err) == (0, "")
    assert photos(online) == {
        "un-depute": (OF_PA1, "ASSEMBLEE_NATIONALE"),
        "une-senatrice": ("https://www.senat.fr/senimg/19719D.jpg", "SENAT"),
        "un-ministre": ("https://www.hatvp.fr/livraison/photos_gouvernement/ministre-un.jpg", "HATVP"),
        "une-autre": (f"{ON_COMMONS}7/79/Une_autre.jpg", "WIKIDATA"),
        "personne": (None, None),
        "sans-rien": (None, None),
    }
    assert outcome.counters == {"checked": 5, "updated": 4, "validated": 0, "invalidUrls": 5, "errors": 0}
    assert "Q1.json" not in server.asked
    assert checked(online)["sans-rien"] is None


def test_a_better_source_takes_the_place_of_a_lesser_one_never_the_other_way(
    online: Site, httpserver: HTTPServer
) -> None:
    add(online, "un-depute", {AN: "PA1", WIKIDATA: "Q1"})
    server = Server(httpserver, {"Q1.json": claims("Un.jpg"), "330px-Un.jpg": jpeg()})
    online.sync(PHOTOS)
    assert photos(online)["un-depute"][1] == "WIKIDATA"
    server.answers["PA1.jpg"] = jpeg()
    assert online.sync(PHOTOS).counters["checked"] == 0, "not before a week is over"
    wait(online, days=8)
    assert online.sync(PHOTOS).counters["updated"] == 1
    assert photos(online)["un-depute"] == (OF_PA1, "ASSEMBLEE_NATIONALE")
    del server.answers["PA1.jpg"]
    wait(online, days=8)
    for flags in ((), ("--force",), ("--slug=un-depute",)):
        assert online.sync(PHOTOS, *flags).counters["updated"] == 0
    assert photos(online)["un-depute"] == (OF_PA1, "ASSEMBLEE_NATIONALE")


def test_forced_it_takes_the_portrait_of_the_new_legislature_and_stays_with_it(
    online: Site, httpserver: HTTPServer
) -> None:
    mandate = {"office": Office.DEPUTE, "chamber": Chamber.ASSEMBLEE_NATIONALE, "legislature": 17}
    had = {"photo_url": OF_PA1.replace("/17/", "/16/"), "photo_source": PhotoSource.ASSEMBLEE_NATIONALE}
    add(online, "un-depute", {AN: "PA1", SENAT: "19719D"}, mandate, **had)
    Server(httpserver, {"PA1.jpg": jpeg(), "19719D.jpg": jpeg()})
    assert online.sync(PHOTOS).counters["checked"] == 0
    assert online.sync(PHOTOS, "--force").counters["updated"] == 1
    assert photos(online)["un-depute"] == (OF_PA1, "ASSEMBLEE_NATIONALE")
    before = online.dump()
    assert online.sync(PHOTOS, "--force").counters["updated"] == 0
    assert online.dump() == before


def test_one_of_as_good_a_source_stays(online: Site, httpserver: HTTPServer) -> None:
    url = "https://www.senat.fr/senimg/19719D.jpg"
    add(online, "un-depute", {AN: "PA1", SENAT: "19719D"}, photo_url=url, photo_source=PhotoSource.SENAT)
    server = Server(httpserver, {"PA1.jpg": jpeg(), "19719D.jpg": jpeg()})
    assert online.sync(PHOTOS, "--validate").counters["updated"] == 0
    assert server.asked == ["19719D.jpg"]


def known(online: Site) -> None:
    add(online, "un-depute", {AN: "PA1"}, photo_url=OF_PA1, photo_source=PhotoSource.ASSEMBLEE_NATIONALE)


def test_validated_it_stays(online: Site, httpserver: HTTPServer) -> None:
    known(online)
    before = online.dump()
    server = Server(httpserver, {"PA1.jpg": jpeg()})
    assert online.sync(PHOTOS).counters["checked"] == 0
    outcome = online.sync(PHOTOS, "--validate")
    assert outcome.counters == {"checked": 1, "updated": 0, "validated": 1, "invalidUrls": 0, "errors": 0}
    assert online.dump() == before
    assert server.asked == ["PA1.jpg"]


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_gone_is_dropped_and_another_one_looked_for(online: Site, httpserver: HTTPServer, status: int) -> None:
    known(online)
    add(online, "une-deputee", {AN: "PA2", WIKIDATA: "Q2"}, photo_url=OF_PA1 + "?old", photo_source=PhotoSource.HATVP)
    server = Server(httpserver, {"PA1.jpg": status, "1.jpg": status, "PA2.jpg": jpeg()})
    outcome = online.sync(PHOTOS, "--validate")
    assert (outcome.code, outcome.counters["invalidUrls"], outcome.counters["updated"]) == (0, 2, 1)
    assert photos(online)["un-depute"] == (None, None)
    assert photos(online)["une-deputee"][1] == "ASSEMBLEE_NATIONALE"
    assert server.asked.count("PA1.jpg") == 1
    updated = {row["slug"]: row["updated_at"] for row in online.rows("politicians")}
    assert LONG_AGO not in updated.values()


@pytest.mark.parametrize(
    "answer",
    [503, 202, 403, b"", "<html>Maintenance</html>", b"x" * 5_000_001],
    ids=["503", "202", "403", "empty", "html", "large"],
)
def test_what_is_not_clearly_gone_stays(online: Site, httpserver: HTTPServer, answer: bytes | str | int) -> None:
    known(online)
    before = online.dump()
    Server(httpserver, {"PA1.jpg": answer})
    outcome = online.sync(PHOTOS, "--validate")
    assert (outcome.code, outcome.counters["errors"], outcome.counters["validated"]) == (0, 1, 0)
    assert outcome.err.startswith("un-depute: ")
    assert online.dump() == before


def test_a_portrait_that_a_person_gave_is_left_alone(online: Site, httpserver: HTTPServer) -> None:
    add(online, "un-depute", {AN: "PA1"}, photo_url="https://exemple.example/moi.jpg")
    server = Server(httpserver, {})
    for flags in ((), ("--validate",), ("--force",), ("--slug=un-depute",)):
        assert online.sync(PHOTOS, *flags).counters["checked"] == 0
    assert server.asked == []


def test_an_address_made_of_a_name_is_nobodys_where_two_have_it(online: Site, httpserver: HTTPServer) -> None:
    for number in (1, 2):
        add(online, f"anne-martin{number}", {}, MINISTER, first_name="Anne", last_name="Martin")
    server = Server(httpserver, {"martin-anne.jpg": jpeg()})
    online.sync(PHOTOS)
    assert server.asked == []


def test_the_picture_of_a_minister_is_nobodys_who_never_was_one(online: Site, httpserver: HTTPServer) -> None:
    """Made of a name, it would show a mayor the minister of the same name, whom we may not know."""
    add(online, "anne-martin", {HATVP: "1", AN: "PA1"})
    server = Server(httpserver, {"martin-anne.jpg": jpeg()})
    online.sync(PHOTOS)
    assert server.asked == ["PA1.jpg"]


def test_runs_with_a_limit_go_round_and_who_was_unreachable_waits_behind_the_others(
    online: Site, httpserver: HTTPServer
) -> None:
    for number in range(1, 6):
        add(online, f"numero-{number}", {AN: f"PA{number}"})
    server = Server(httpserver, {"PA1.jpg": 403, "PA2.jpg": 403})
    for two in (["PA1.jpg", "PA2.jpg"], ["PA3.jpg", "PA4.jpg"], ["PA5.jpg", "PA1.jpg"], ["PA2.jpg", "PA1.jpg"]):
        server.asked.clear()
        online.sync(PHOTOS, "--limit=2")
        assert server.asked == two


def test_a_run_ends_in_time_and_the_next_goes_on(
    online: Site, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_photos, "ENOUGH", 0.0)
    monkeypatch.setattr(sync_photos, "LATE", 0.0)
    for number in range(1, 4):
        add(online, f"numero-{number}", {AN: f"PA{number}"})
    server = Server(httpserver, {f"PA{n}.jpg": jpeg() for n in range(1, 4)})
    outcome = online.sync(PHOTOS)
    assert (outcome.code, outcome.counters["checked"], server.asked) == (0, 1, [])
    assert "0 s are over: 2 politicians are looked at in the next runs" in outcome.out
    monkeypatch.undo()
    online.sync(PHOTOS)
    assert server.asked == ["PA2.jpg", "PA3.jpg", "PA1.jpg"]


def test_a_host_that_is_silent_for_long_is_asked_once(
    online: Site, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_photos, "SLOW", 0.0)
    for number in range(1, 4):
        add(online, f"numero-{number}", {AN: f"PA{number}"})
    server = Server(httpserver, {f"PA{n}.jpg": 503 for n in range(1, 4)})
    assert (online.sync(PHOTOS).code, set(server.asked)) == (75, {"PA1.jpg"})


def test_late_in_a_run_only_a_host_that_has_answered_is_asked(
    online: Site, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(online, "numero-1", {AN: "PA1"})
    add(online, "numero-2", {SENAT: "19719D"})
    add(online, "numero-3", {AN: "PA3"})
    server = Server(httpserver, {f"PA{n}.jpg": jpeg() for n in (1, 3)})
    shows = sync_photos._Search.shows

    def shows_and_is_late(self: sync_photos._Search, *told: Any) -> bool:
        found = shows(self, *told)
        self.started -= sync_photos.LATE
        monkeypatch.setattr(sync_photos, "ENOUGH", 1000.0)
        return found

    monkeypatch.setattr(sync_photos._Search, "shows", shows_and_is_late)
    assert online.sync(PHOTOS).counters["updated"] == 2
    assert server.asked == ["PA1.jpg", "PA3.jpg"]


def test_who_has_none_is_looked_for_again_in_a_week(site: Site) -> None:
    add(site, "un-depute", {AN: "PA1"})
    assert site.sync(PHOTOS).counters["invalidUrls"] == 1
    assert site.sync(PHOTOS).counters["checked"] == 0
    wait(site, days=5)
    assert site.sync(PHOTOS).counters["checked"] == 0
    wait(site, days=2)
    site.put(PHOTOS, "PA1.jpg", jpeg())
    assert site.sync(PHOTOS).counters["updated"] == 1
    now = checked(site)["un-depute"]
    assert now is not None
    assert abs(datetime.now(UTC) - now) < timedelta(minutes=1)


def test_one_politician_alone(online: Site, httpserver: HTTPServer) -> None:
    for number in (1, 2):
        add(online, f"numero-{number}", {AN: f"PA{number}"})
    server = Server(httpserver, {})
    for _ in range(2):
        assert online.sync(PHOTOS, "--slug=numero-2").counters["checked"] == 1
    assert set(server.asked) == {"PA2.jpg"}
    refused = online.sync(PHOTOS, "--slug=personne")
    assert (refused.code, "no politician has the slug 'personne'" in refused.err) == (64, True)


def test_a_host_that_is_down_is_left_alone_and_the_others_are_read(online: Site, httpserver: HTTPServer) -> None:
    for number in range(1, 8):
        add(online, f"numero-{number}", {AN: f"PA{number}"})
    add(online, "un-ministre", {}, MINISTER)
    server = Server(httpserver, {**{f"PA{n}.jpg": 503 for n in range(1, 8)}, "ministre-un.jpg": jpeg()})
    outcome = online.sync(PHOTOS)
    assert outcome.code == 75
    assert outcome.counters == {"checked": 8, "updated": 1, "validated": 0, "invalidUrls": 0, "errors": 3}
    assert set(server.asked) == {"PA1.jpg", "PA2.jpg", "PA3.jpg", "ministre-un.jpg"}
    assert "www.assemblee-nationale.fr is left alone" in outcome.out
    server.answers |= {f"PA{n}.jpg": jpeg() for n in range(1, 8)}
    assert online.sync(PHOTOS).counters["updated"] == 7


def test_one_picture_that_cannot_be_sent_does_not_fail_every_run(online: Site, httpserver: HTTPServer) -> None:
    for number in (1, 2):
        add(online, f"numero-{number}", {AN: f"PA{number}"})
    Server(httpserver, {"PA1.jpg": 503, "PA2.jpg": jpeg()})
    outcome = online.sync(PHOTOS)
    assert (outcome.code, outcome.counters["errors"], outcome.counters["updated"]) == (0, 1, 1)
    assert "numero-1: " in outcome.err
    assert online.sync(PHOTOS).code == 0, "nor one of whom it alone is left"


def test_a_source_that_refuses_everything_fails(online: Site, httpserver: HTTPServer) -> None:
    for number in range(1, 12):
        add(online, f"numero-{number}", {AN: f"PA{number}"})
    Server(httpserver, {f"PA{n}.jpg": 403 for n in range(1, 12)})
    outcome = online.sync(PHOTOS)
    assert (outcome.code, outcome.counters["errors"]) == (1, 11)
    assert "Of 11 politicians no address of a portrait could be looked at" in outcome.err


def test_killed_it_has_lost_nothing_and_goes_on_where_it_was(sqlite_site: Site) -> None:
    for number in range(1, 31):
        add(sqlite_site, f"numero-{number}", {AN: f"PA{number}"})
        sqlite_site.put(PHOTOS, f"PA{number}.jpg", jpeg())
    kill_after(sqlite_site, 10, PHOTOS)
    done = sum(url is not None for url, _ in photos(sqlite_site).values())
    assert done >= 10
    assert sqlite_site.sync(PHOTOS).counters["checked"] == 30 - done
    assert all(url for url, _ in photos(sqlite_site).values())


def test_the_samples_have_portraits_of_most_deputies(sqlite_site: Site) -> None:
    sqlite_site.sources = SAMPLES
    for script in ("sync-assemblee", "sync-europarl"):
        outcome = sqlite_site.sync(script)
        assert (outcome.code, outcome.err, outcome.counters["errors"]) == (0, "", 0)
    assert outcome.counters["mepsCreated"] == 4
    outcome = sqlite_site.sync(PHOTOS)
    assert (outcome.code, outcome.err) == (0, "")
    assert (outcome.counters["updated"], outcome.counters["invalidUrls"]) == (10, 2)
