"""The press feeds, and what an entry of RSS or Atom becomes."""

import calendar
import io
import xml.sax
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import feedparser

from scripts.errors import BadSource, RecordError
from scripts.text import clean, plain, shorten

MAX_ENTRIES = 1_000  # a feed has some 20 to 100
LONGEST_ID = 500  # characters; PostgreSQL indexes no more than 2,700 bytes
LONGEST_URL = 2_000  # bytes
LONGEST_TITLE = 500
LONGEST_DESCRIPTION = 1_000  # an excerpt, not the publisher's text


@dataclass(frozen=True)
class Feed:
    id: str
    url: str

    @property
    def file_name(self) -> str:
        """Most publishers call theirs rss.xml or feed, so in a folder each has its id for a name."""
        return f"{self.id}.xml"


FEEDS = (
    Feed("lemonde", "https://www.lemonde.fr/politique/rss_full.xml"),
    Feed("lefigaro", "https://www.lefigaro.fr/rss/figaro_politique.xml"),
    Feed("francetvinfo", "https://www.francetvinfo.fr/politique.rss"),
    Feed("liberation", "https://www.liberation.fr/arc/outboundfeeds/rss-all/category/politique/?outputType=xml"),
    Feed("politico", "https://www.politico.eu/feed/"),
    Feed("mediapart", "https://www.mediapart.fr/articles/feed"),
    Feed("publicsenat", "https://www.publicsenat.fr/feed"),
    Feed("lcp", "https://www.lcp.fr/rss.xml"),
    Feed("ouestfrance", "https://www.ouest-france.fr/rss/france"),
    Feed("sudouest", "https://www.sudouest.fr/politique/rss.xml"),
    Feed("ladepeche", "https://www.ladepeche.fr/rss.xml"),
    Feed("ledauphine", "https://www.ledauphine.com/rss"),
)


@dataclass(frozen=True)
class Article:
    """`published_at` is in UTC, and None where the feed gives no date: never the time of reading."""

    external_id: str
    url: str | None
    title: str
    description: str
    published_at: datetime | None


@dataclass(frozen=True)
class Entries:
    """A feed's entries, unchecked. `whole` is False where its XML breaks off or is wrong somewhere."""

    found: list[Any]
    whole: bool


def entries(content: bytes) -> Entries:
    """Raises BadSource where this is not a feed."""
    # As a stream: given plain bytes, feedparser would first take them for the name of a file to open.
    try:
        parsed = feedparser.parse(io.BytesIO(content), sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:
        # Of markup that is wrong enough it raises anything: for an entity of ten digits OverflowError, for a link that
        # only ends KeyError. No feed may cost the others.
        raise BadSource(f"This feed cannot be read: {type(error).__name__}, {error}.") from error
    if not parsed.get("version"):  # for an empty body there is none at all
        raise BadSource("This is neither RSS nor Atom.")
    if len(parsed.entries) > MAX_ENTRIES:
        raise BadSource(f"The feed has {len(parsed.entries):,} entries, more than {MAX_ENTRIES:,}.")
    return Entries(parsed.entries, whole=not isinstance(parsed.get("bozo_exception"), xml.sax.SAXException))


def article(entry: Any) -> Article:
    """Raises RecordError for an entry that nothing identifies, or that has no title."""
    url = _web_address(entry.get("link"))
    external_id = clean(entry.get("id") or "") or url
    if external_id is None:
        raise RecordError("has neither a guid nor a link")
    if len(external_id) > LONGEST_ID:
        raise RecordError(f"has a guid of {len(external_id):,} characters, more than {LONGEST_ID}")
    title = plain(entry.get("title") or "")
    if not title:
        raise RecordError("has no title")
    return Article(
        external_id=external_id,
        url=url,
        title=shorten(title, LONGEST_TITLE),
        description=shorten(plain(entry.get("summary") or ""), LONGEST_DESCRIPTION),
        published_at=_moment(entry),
    )


def name_of(entry: Any) -> str:
    """What to call an entry in a message."""
    return shorten(clean(str(entry.get("id") or entry.get("link") or entry.get("title") or "without a name")), 120)


def _web_address(link: str | None) -> str | None:
    """None for javascript:, data: and the like, which a page must never offer to be clicked."""
    address = clean(link or "")
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    is_of_the_web = parts.scheme in {"http", "https"} and parts.netloc and " " not in address
    return address if is_of_the_web and len(address.encode()) <= LONGEST_URL else None


def _moment(entry: Any) -> datetime | None:
    # feedparser has turned the date into UTC, or has given it up. Asked for a missing update, it warns; hence `in`.
    parsed = entry.get("published_parsed") or ("updated_parsed" in entry and entry["updated_parsed"])
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError):
        return None
