"""What is read from Wikidata."""

from scripts import wikidata
from scripts.models import IdSource
from tests.scripts.documents import Json
from tests.scripts.items import answer, at, entities, item, named, statement
from tests.scripts.matrix import Case
from tests.scripts.sites import Site
from tests.scripts.wikidata_people import party, politician

_PEOPLE = range(1, 4)
_TOWN, _PARTY = item("Q70", "Éluville"), item("Q80", "Les Évêchés")


def _deputies(site: Site) -> None:
    for number in range(1, 6):
        politician(site, number, ids={IdSource.ASSEMBLEE_NATIONALE: f"PA{number}"})


def _with_items(site: Site) -> None:
    for number in range(1, 5):
        politician(site, number, f"Q{number}", ids={IdSource.PARLEMENT_EUROPEEN: f"{number}00"})


def _with_parties(site: Site) -> None:
    _with_items(site)
    party(site, "Q80", "Ancien")
    party(site, "Q81", "Autre")


def _people(property_: str, told: Json, fourth: Json | None = None, *others: Json) -> str:
    """Three of whom Wikidata states something, and a fourth of whom it does not, or not well."""
    items = [item(f"Q{n}", f"Ombeline Né{n}", **{property_: [{**told, "id": f"Q{n}$A"}]}) for n in _PEOPLE]
    last = item("Q4", "Né4", **({property_: [{**fourth, "id": "Q4$A"}]} if fourth else {}))
    return entities(*items, last, *others)


def _case(
    script: str, property_: str, told: Json, broken: Json, counter: str, written: tuple[str, ...], *others: Json
) -> Case:
    whole = _people(property_, told, None, *others)
    return Case(
        script=script,
        documents={wikidata.ENTITIES: whole},
        main=wikidata.ENTITIES,
        good=3,
        counter=counter,
        malformed=_people(property_, told, broken, *others),
        empty=entities(),
        foreign=whole.encode("latin-1"),
        too_large=wikidata.MAX_BYTES,
        before=_with_items,
        remembers=False,
        written=written,
    )


_MAYOR = statement(named("Q382617"), "", P580=at("2014-03-30"), P582=at("2020-07-04"), P642=named("Q70"))
_MEMBER = statement(named("Q80"), "", P580=at("2014-03-30"))
_BROKEN = statement(at("2014-03-30"), "")
_NO_DAY = statement(at("1971-02-30"), "")
_MEMBERSHIPS = ("partiesCreated", "partiesUpdated", "membershipsCreated", "membershipsUpdated", "membershipsRemoved")
_IDS = [(f"Q{n}", f"{n}") for n in range(1, 4)]
_FOUNDED = item("Q80", "Les Évêchés", P112=[statement(named(f"Q{n}"), f"Q80${n}") for n in _PEOPLE])

CASES = [
    Case(
        script="sync-wikidata-ids",
        documents={
            "sparql-assemblee.json": answer(*_IDS, ("Q9", "900")),
            "sparql-senat.json": answer(("Q8", "theleme_gaspard04033k")),
            "sparql-europarl.json": answer(("Q8", "800")),
        },
        main="sparql-assemblee.json",
        good=3,
        counter="idsAdded",
        malformed=answer(*_IDS, bad=1),
        empty=answer(),
        # All that it holds is ASCII: an encoding that is not even that.
        foreign=answer(*_IDS).encode("utf-16"),
        too_large=wikidata.MAX_RESULT_BYTES,
        before=_deputies,
        remembers=False,
        written=("idsAdded",),
    ),
    _case("sync-birthdates", "P569", statement(at("1971-03-14"), ""), _NO_DAY, "birthDatesAdded", ("birthDatesAdded",)),
    _case("sync-deceased", "P570", statement(at("2021-03-14"), ""), _NO_DAY, "deathDatesAdded", ("deathDatesAdded",)),
    _case(
        "sync-careers",
        "P39",
        _MAYOR,
        _BROKEN,
        "mandatesCreated",
        ("mandatesCreated", "mandatesUpdated", "mandatesRemoved"),
        _TOWN,
    ),
    _case("sync-parties", "P102", _MEMBER, _BROKEN, "membershipsCreated", _MEMBERSHIPS, _PARTY),
    _case("sync-mep-parties", "P102", _MEMBER, _BROKEN, "membershipsCreated", _MEMBERSHIPS, _PARTY),
    Case(
        script="sync-parties",
        flags=("--founders-only",),
        documents={wikidata.ENTITIES: entities(_FOUNDED, item("Q81", "Autre"))},
        main=wikidata.ENTITIES,
        good=3,
        counter="membershipsCreated",
        malformed=entities(_FOUNDED, item("Q81", "Autre", P112=[{**_BROKEN, "id": "Q81$A"}])),
        empty=entities(),
        foreign=entities(_FOUNDED, item("Q81", "Autre")).encode("latin-1"),
        too_large=wikidata.MAX_BYTES,
        before=_with_parties,
        remembers=False,
        written=_MEMBERSHIPS,
    ),
]
