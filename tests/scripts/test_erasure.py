"""Who is erased is nowhere any more, and does not come back."""

import re
from datetime import UTC, date, datetime

import pytest

from scripts.erasure import digest
from scripts.models import (
    Declaration,
    Embedding,
    EntityType,
    FactCheck,
    FactCheckMention,
    GeneratedText,
    IdSource,
    MatchedBy,
    Office,
    PartyMembership,
    PartyRole,
    PressArticle,
    PressMention,
    Rating,
    Row,
    SyncMetadata,
    TextKind,
)
from scripts.models import Doubt as DoubtRow
from tests.scripts.affairs import affair
from tests.scripts.items import answer
from tests.scripts.politicians import politicians as rows
from tests.scripts.sites import SAMPLES, Site
from tests.scripts.wikidata_people import mandate, party, politician, write

NOW = datetime(2025, 11, 1, tzinfo=UTC)


def fill(site: Site, who: int) -> None:
    """A row in every table that has politicians, all of this one."""
    politician(
        site,
        who,
        f"Q{who}00",
        ids={IdSource.SENAT: f"9900{who}F", IdSource.HATVP: f"9912{who}"},
        biography="Née à Éluville.",
        photo_url="https://p.example",
    )
    mandate(site, who, f"m{who}", Office.MAIRE, date(2020, 1, 1), None)
    affair(site, who, who, ecli="ECLI:FR:CCASS:2099:CR00001")
    affair(site, who + 10, who, ecli="ECLI:FR:CCASS:2099:CR00001")
    vector = {"encoder": "e", "words": "ombeline nom", "content_sha256": "c", "vector": [1.0]}
    texts = {"model": "m", "generated_at": NOW, "sources": [], "content_sha256": "c"}
    write(
        site,
        PartyMembership(external_id=f"w{who}", party_id=1, politician_id=who, role=PartyRole.MEMBER),
        Declaration(external_id=f"d{who}", politician_id=who, kind="dia", office="maire", url="https://h.example"),
        PressMention(article_id=1, politician_id=who, matched_by=MatchedBy.FULL_NAME),
        FactCheckMention(fact_check_id=1, politician_id=who, is_claimant=True),
        GeneratedText(kind=TextKind.BIOGRAPHY, subject_id=who, text="Elle est née.", **texts),
        Embedding(entity_type=EntityType.POLITICIAN, entity_id=who, title="Ombeline", **vector),
        Embedding(entity_type=EntityType.AFFAIR, entity_id=who, title="Affaire", **vector),
        SyncMetadata(key=f"factchecks:ombeline-nom{who}", cursor="asked"),
        SyncMetadata(key=f"generate-biographies:ombeline-nom{who}", cursor="c"),
        DoubtRow(
            source=IdSource.GOUVERNEMENT,
            external_id=f"g{who}",
            name="Ombeline Nom",
            why="",
            candidates=[f"ombeline-nom{who}"],
            politician_id=who,
            is_new=False,
        ),
    )
    with rows(site) as add:
        add.numbers = iter(range(who * 100, 10**6))
        add.votes(who, 1)


@pytest.fixture
def two(site: Site) -> Site:
    party(site, "Q80", "Les Évêchés")
    write(
        site,
        PressArticle(feed="lcp", external_id="1", title="Titre", description=""),
        FactCheck(source_url="https://f.example", claim="…", publisher="F", rating=Rating.FALSE),
    )
    for who in (1, 2):
        fill(site, who)
    assert site.sync("reconcile-affairs", "--auto-merge").counters["merged"] == 2
    return site


def referring() -> set[str]:
    """Every table that has somebody of ours, by a key or by a number alone."""
    found = {"politicians", "doubts", "sync_metadata"}
    for table in Row.metadata.sorted_tables:
        targets = {key.column.table.name for key in table.foreign_keys}
        if targets & {"politicians", "affairs"} or {"subject_id", "entity_id", "politician_id"} & {*table.c.keys()}:
            found.add(table.name)
    return found


def test_of_the_erased_no_table_has_anything_and_the_others_keep_all(two: Site) -> None:
    """Also of a table to come: it must be filled here."""
    before = two.dump()
    filled = {name for name, there in before.items() if there}
    assert referring() <= filled, "fill it for both, so that it is tested"
    erased = two.sync("erase", "ombeline-nom1")
    assert (erased.code, erased.err) == (0, "")
    for told in ("2 of affairs", "2 of embeddings", "2 of sync_metadata", "1 of votes"):
        assert told in erased.out
    after = two.dump()
    for name in referring():
        kept = len(after[name])
        assert kept == len(before[name]) if name == "votes" else kept * 2 == len(before[name]), name
    assert "ombeline-nom1" not in str(after)
    assert not re.search(r"99001F|99121|'Q100'|'g1'|'m1'|'d1'", str(after))
    assert [vote["politician_id"] for vote in after["votes"]] == [None, 2]
    ids = [
        (IdSource.WIKIDATA, "Q100"),
        (IdSource.SENAT, "99001F"),
        (IdSource.HATVP, "99121"),
        (IdSource.GOUVERNEMENT, "g1"),
    ]
    assert {row["id_sha256"] for row in after["erasures"]} == {digest(*one) for one in ids}, (
        "also as a person has decided"
    )
    assert two.sync("erase", "ombeline-nom1").code == 64


def test_it_is_all_or_nothing(two: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    before = two.dump()

    def refuse(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("scripts.erasure.update", refuse)
    assert two.sync("erase", "ombeline-nom1").code == 1
    assert two.dump() == before


def test_while_somebody_may_be_them_a_person_decides_first(two: Site) -> None:
    told = {"source": IdSource.SENAT, "external_id": "7", "name": "O", "why": "", "candidates": ["ombeline-nom1"]}
    write(two, DoubtRow(**told, is_new=False))
    refused = two.sync("erase", "ombeline-nom1")
    assert (refused.code, "SENAT 7 may be ombeline-nom1" in refused.err) == (64, True)
    two.sync("decide", "SENAT", "7", "--new")
    assert two.sync("erase", "ombeline-nom1").code == 0
    (doubt,) = [row for row in two.rows("doubts") if row["external_id"] == "7"]
    assert doubt["candidates"] == []


@pytest.mark.parametrize(
    "script", ["sync-assemblee", "sync-senat", "sync-europarl", "sync-gouvernement", "sync-president"]
)
def test_no_script_brings_them_back_nor_takes_them_for_a_doubt(sqlite_site: Site, script: str) -> None:
    site = sqlite_site
    site.sources = SAMPLES
    first = site.sync(script)
    slug = str(site.rows("politicians")[0]["slug"])
    people = len(site.rows("politicians"))
    assert site.sync("erase", slug).code == 0
    again = site.sync(script, "--force")
    assert (again.code, again.counters["doubtful"]) == (0, first.counters["doubtful"])
    assert again.counters["errors"] == first.counters["errors"]
    assert len(site.rows("politicians")) == people - 1
    assert slug not in {row["slug"] for row in site.rows("politicians")}
    assert site.rows("doubts") == []


def test_the_declarations_list_finds_them_no_more(sqlite_site: Site) -> None:
    site = sqlite_site
    site.sources = SAMPLES
    site.sync("sync-assemblee")
    site.sync("sync-hatvp")
    whose = site.rows("declarations")[0]["politician_id"]
    slug = next(str(row["slug"]) for row in site.rows("politicians") if row["id"] == whose)
    theirs = [row["external_id"] for row in site.rows("declarations") if row["politician_id"] == whose]
    site.sync("erase", slug)
    assert site.sync("sync-hatvp").code == 0
    assert not {row["external_id"] for row in site.rows("declarations")} & set(theirs)


def test_an_erased_deputys_item_comes_back_to_nobody(sqlite_site: Site) -> None:
    for number in (1, 2):
        politician(sqlite_site, number, f"Q{number}", ids={IdSource.ASSEMBLEE_NATIONALE: f"PA{number}"})
    sqlite_site.sync("erase", "ombeline-nom1")
    for chamber in ("assemblee", "senat", "europarl"):
        sqlite_site.put(
            "sync-wikidata-ids", f"sparql-{chamber}.json", answer(("Q1", "1"), ("Q2", "2"), ("Q9", "a99001b"))
        )
    assert sqlite_site.sync("sync-wikidata-ids").code == 0
    assert {row["external_id"] for row in sqlite_site.rows("external_ids")} == {"Q2", "PA2"}
