"""The publishers of the press feeds, and where their articles are read."""

import hashlib
from dataclasses import dataclass
from urllib.parse import urlsplit

from scripts.text import slug

LONGEST_NAME = 100  # characters of a page's file name


@dataclass(frozen=True)
class Publisher:
    """`sites` are the domains of its articles: an address in a feed is a stranger's, and none elsewhere is read.

    There are none where most articles are for subscribers. A page of theirs has the beginning alone, which the feed
    has, too; so they are analysed on title and excerpt, and nobody's paywall is gone round.
    """

    name: str
    sites: tuple[str, ...] = ()


#: By the feed's id.
PUBLISHERS = {
    "lemonde": Publisher("Le Monde"),
    "lefigaro": Publisher("Le Figaro"),
    "francetvinfo": Publisher("franceinfo", ("francetvinfo.fr", "franceinfo.fr")),
    "liberation": Publisher("Libération"),
    "politico": Publisher("Politico", ("politico.eu",)),
    "mediapart": Publisher("Mediapart"),
    "publicsenat": Publisher("Public Sénat", ("publicsenat.fr",)),
    "lcp": Publisher("LCP", ("lcp.fr",)),
    "ouestfrance": Publisher("Ouest-France"),
    "sudouest": Publisher("Sud Ouest"),
    "ladepeche": Publisher("La Dépêche du Midi"),
    "ledauphine": Publisher("Le Dauphiné libéré"),
}


def page_name(feed: str, url: str) -> str:
    """What a folder calls an article's page: `lcp/politique-questions.html` is LCP's /politique/questions.

    Path and query in letters, digits and hyphens; of a long one the beginning, and what tells it from another such.
    """
    parts = urlsplit(url)
    name = slug(f"{parts.path} {parts.query}") or "index"
    if len(name) > LONGEST_NAME:
        name = f"{name[: LONGEST_NAME - 9]}-{hashlib.sha256(url.encode()).hexdigest()[:8]}"
    return f"{feed}/{name}.html"
