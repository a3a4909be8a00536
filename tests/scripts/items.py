"""Items of Wikidata in Wikibase's JSON, and answers to queries, as small as a test needs them."""

import json
from typing import Any

from tests.scripts.documents import Json

GREGORIAN, JULIAN = "Q1985727", "Q1985786"


def value(type_: str, told: Any) -> Json:
    return {"snaktype": "value", "datavalue": {"value": told, "type": type_}}


def named(id_: str) -> Json:
    return value("wikibase-entityid", {"entity-type": "item", "numeric-id": int(id_[1:]), "id": id_})


def at(written: str, precision: int = 11, calendar: str = GREGORIAN) -> Json:
    """`written` is a day as 1971-03-14; what is not known of it is 00."""
    sign = "" if written.startswith("-") else "+"
    model = f"http://www.wikidata.org/entity/{calendar}"
    told = {"time": f"{sign}{written}T00:00:00Z", "timezone": 0, "before": 0, "after": 0, "precision": precision}
    return value("time", {**told, "calendarmodel": model})


def words(text: str) -> Json:
    return value("string", text)


def in_language(text: str, language: str = "fr") -> Json:
    return value("monolingualtext", {"text": text, "language": language})


NOBODY_KNOWS: Json = {"snaktype": "somevalue"}
NONE: Json = {"snaktype": "novalue"}


def statement(main: Json, id_: str, rank: str = "normal", **qualifiers: Json | list[Json]) -> Json:
    told: Json = {"mainsnak": main, "type": "statement", "id": id_, "rank": rank}
    if qualifiers:
        told["qualifiers"] = {name: one if isinstance(one, list) else [one] for name, one in qualifiers.items()}
    return told


def item(id_: str, label: str | None = None, **claims: list[Json] | Json) -> Json:
    """A claim that is given as a value alone is one normal statement."""
    told: Json = {"type": "item", "id": id_, "labels": {}, "claims": {}}
    if label:
        told["labels"] = {"fr": {"language": "fr", "value": label}}
    for name, listed in claims.items():
        told["claims"][name] = listed if isinstance(listed, list) else [statement(listed, f"{id_}${name}")]
    return told


def entities(*items: Json) -> str:
    """Wikibase writes an empty object as an empty list; and in UTF-8."""
    told = {one["id"]: {**one, "claims": one.get("claims") or [], "labels": one.get("labels") or []} for one in items}
    return json.dumps({"entities": told, "success": 1}, ensure_ascii=False)


def answer(*pairs: tuple[str, str], bad: int = 0) -> str:
    """What query.wikidata.org answers to `SELECT ?item ?id`; the last `bad` lines have no id."""
    lines: list[Json] = [
        {
            "item": {"type": "uri", "value": f"http://www.wikidata.org/entity/{id_}"},
            "id": {"type": "literal", "value": told},
        }
        for id_, told in pairs
    ]
    lines += [{"item": {"type": "uri", "value": "http://www.wikidata.org/entity/Q1"}}] * bad
    return json.dumps({"head": {"vars": ["item", "id"]}, "results": {"bindings": lines}})
