"""Articles in the form in which Wikipedia's API answers, as small as a test needs them."""

import json

from tests.scripts.documents import Json


def article(number: int, title: str, wikitext: str, revision: int = 7) -> Json:
    """As formatversion=2 has it."""
    main = {"contentmodel": "wikitext", "contentformat": "text/x-wiki", "content": wikitext}
    return {
        "pageid": number,
        "ns": 0,
        "title": title,
        "revisions": [{"revid": revision, "parentid": 1, "slots": {"main": main}}],
    }


def missing(title: str) -> Json:
    return {"ns": 0, "title": title, "missing": True}


def pages(*listed: Json) -> str:
    return json.dumps({"batchcomplete": True, "query": {"pages": list(listed)}}, ensure_ascii=False)


def linked(item: Json, title: str) -> Json:
    """The item, with this as its article in the French Wikipedia."""
    return {**item, "sitelinks": {"frwiki": {"site": "frwiki", "title": title, "badges": []}}}
