"""Wikidata as a source: items by their ids, and the ids that other sites give to its items. CC0, without a key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from scripts.errors import BadSource, RecordError
from scripts.mediawiki import AT_ONCE, MAX_LAG, ask
from scripts.source import Source
from scripts.statements import FRENCH, Entity, entity, qid

API = "https://www.wikidata.org/w/api.php"
SPARQL = "https://query.wikidata.org/sparql"
RESULTS = "application/sparql-results+json"
ENTITIES = "entities.json"
# The API cuts its answers off at 8 MiB, and leaves out the items that would not fit.
MAX_BYTES = 20_000_000
MAX_RESULT_BYTES = 20_000_000  # some thousand lines of 250 bytes

T = TypeVar("T")
FACTS = "labels|claims"
LABELS = "labels"
FACTS_AND_ARTICLE = "labels|claims|sitelinks"


class Wikidata:
    """Reads `entities.json` and `sparql-<what>.json` of a script's source."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def items(self, ids: Iterable[str], props: str = FACTS) -> dict[str, object]:
        """What Wikidata has of these, unchecked, by the id that was asked for: an item that was merged into another
        answers for both. Who is not in it was not answered for.

        Raises SourceDown, SourceRefused and BadSource.
        """
        found: dict[str, object] = {}
        for asked in parted(sorted(set(ids)), AT_ONCE):
            left = asked
            while left:
                told = self._ask(left, props)
                here = {one: told[one] for one in left if one in told}
                found |= here
                # What an answer that was cut off lacks is asked for again, as long as that brings more.
                left = [one for one in left if one not in here] if here else []
        return found

    def ids(self, name: str, property_: str) -> list[tuple[str, str] | RecordError]:
        """Every item that has this property, with its values of best rank; a line that cannot be read says why.

        Raises SourceDown, SourceRefused and BadSource.
        """
        query = f"SELECT ?item ?id WHERE {{ ?item wdt:{property_} ?id }}"
        told = self._read(name, SPARQL, {"query": query, "format": "json"}, MAX_RESULT_BYTES, RESULTS)
        results = told.get("results")
        lines = results.get("bindings") if isinstance(results, dict) else None
        if not isinstance(lines, list):
            raise BadSource(f"{name} has no results.bindings: Wikidata's answer to a query has.")
        if not lines:
            raise BadSource(f"{name} has no line: Wikidata knows of nobody with a {property_}.")
        return [_line(line) for line in lines]

    def _ask(self, ids: Sequence[str], props: str) -> Mapping[str, object]:
        query = {
            "action": "wbgetentities",
            "format": "json",
            "ids": "|".join(ids),
            "props": props,
            "languages": "fr",
            # A name that is the same in every language may be written down once for all of them, as "mul".
            "languagefallback": "1",
            "sitefilter": FRENCH,
            "maxlag": str(MAX_LAG),
        }
        told = self._read(ENTITIES, API, query, MAX_BYTES)
        entities = told.get("entities")
        if not isinstance(entities, dict):
            raise BadSource(f"{ENTITIES} has no entities: Wikidata's answer to wbgetentities has.")
        return entities

    def _read(
        self, name: str, url: str, query: Mapping[str, str], max_bytes: int, accept: str | None = None
    ) -> dict[str, Any]:
        return ask(self._source, name, url, query, of="Wikidata", max_bytes=max_bytes, accept=accept)


class Memory:
    """Items that many others name, as offices and parties are: each is read once a run."""

    def __init__(self, wikidata: Wikidata, props: str = FACTS) -> None:
        self._wikidata, self._props = wikidata, props
        self._known: dict[str, Entity | RecordError] = {}

    def read(self, ids: Iterable[str]) -> None:
        new = {one for one in ids if one not in self._known}
        told = self._wikidata.items(new, self._props)
        for one in new:
            try:
                self._known[one] = item(told, one)
            except RecordError as error:
                self._known[one] = error

    def get(self, id_: str) -> Entity:
        """One that has been read. Raises RecordError, naming it, each time that it is asked for."""
        found = self._known[id_]
        if isinstance(found, RecordError):
            raise RecordError(f"{id_} {found}")
        return found

    def label(self, id_: str) -> str:
        """Raises RecordError."""
        if (label := self.get(id_).label) is None:
            raise RecordError(f"{id_} has no label in French")
        return label


def item(told: Mapping[str, object], id_: str) -> Entity:
    """One of what Wikidata.items has brought. Raises RecordError."""
    if id_ not in told:
        raise RecordError("is not in Wikidata's answer")
    return entity(told[id_])


def parted(things: Sequence[T], size: int) -> Iterator[list[T]]:
    """The things in their order, at most `size` at a time."""
    for start in range(0, len(things), size):
        yield list(things[start : start + size])


def _line(line: object) -> tuple[str, str] | RecordError:
    item_, id_ = (line.get("item"), line.get("id")) if isinstance(line, dict) else (None, None)
    if not isinstance(item_, dict) or not isinstance(id_, dict) or not isinstance(id_.get("value"), str):
        return RecordError("has no item or no id")
    try:
        return qid(item_.get("value")), id_["value"]
    except RecordError as error:
        return error
