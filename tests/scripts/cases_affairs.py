"""What is read of judicial affairs."""

from scripts import wikidata, wikipedia
from tests.scripts.documents import Json
from tests.scripts.items import at, entities, item, named, statement
from tests.scripts.matrix import Case
from tests.scripts.sites import Site
from tests.scripts.wikidata_people import politician
from tests.scripts.wikipedia_articles import article, linked, pages

_PEOPLE = range(1, 4)
_OFFENCE = item("Q70", "trafic d'influence à l'élevage")
_SECTION = "Né à Éluville.\n\n== Affaires judiciaires ==\nIl est mis en examen pour favoritisme.\n"
_WRITTEN = ("affairsCreated", "affairsUpdated", "affairsRemoved")


def _with_items(site: Site) -> None:
    for number in range(1, 5):
        politician(site, number, f"Q{number}")


def _items(*fourth: Json) -> str:
    found = [
        linked(item(f"Q{n}", f"Né{n}", P1399=[statement(named("Q70"), f"Q{n}$A", P585=at("2019-03-14"))]), f"Né {n}")
        for n in _PEOPLE
    ]
    return entities(*found, *(fourth or (item("Q4", "Né4"),)), _OFFENCE)


def _articles(*more: Json) -> str:
    return pages(*(article(n, f"Né {n}", _SECTION) for n in _PEOPLE), *more)


_WHOLE = {wikidata.ENTITIES: _items(), wikipedia.PAGES: _articles()}
_FOUR_ARTICLES = {
    wikidata.ENTITIES: _items(linked(item("Q4", "Né4"), "Né 4")),
    wikipedia.PAGES: _articles(article(4, "Né 4", "Rien.")),
}

CASES = [
    Case(
        script="discover-affairs",
        documents=_WHOLE,
        main=wikidata.ENTITIES,
        good=3,
        counter="wikidataAffairsFound",
        malformed=_items(item("Q4", "Né4", P1399=[statement(at("2019-03-14"), "Q4$A")])),
        empty=entities(),
        foreign=_items().encode("latin-1"),
        too_large=wikidata.MAX_BYTES,
        before=_with_items,
        remembers=False,
        written=_WRITTEN,
    ),
    Case(
        script="discover-affairs",
        flags=("--wikipedia-only",),
        documents=_FOUR_ARTICLES,
        main=wikipedia.PAGES,
        good=3,
        counter="wikipediaAffairsFound",
        malformed=_articles({**article(4, "Né 4", "Rien."), "pageid": None}),
        empty=pages(),
        foreign=_articles().encode("latin-1"),
        too_large=wikipedia.MAX_BYTES,
        before=_with_items,
        remembers=False,
        written=_WRITTEN,
    ),
]
