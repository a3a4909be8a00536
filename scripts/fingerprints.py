"""What a source looked like when it was last read to its end, so that an unchanged one is not read again.

Of one that is read piece by piece: how far it was read.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scripts.models import SyncMetadata
from scripts.upsert import upsert


@dataclass(frozen=True)
class Fingerprint:
    """ETag and Last-Modified belong to one address; the hash to the bytes, wherever they were read."""

    url: str
    sha256: str
    etag: str | None = None
    last_modified: str | None = None

    def conditions(self, url: str) -> dict[str, str]:
        """The headers that ask `url` for a 304."""
        if url != self.url:
            return {}
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in headers.items() if value}


@dataclass(frozen=True)
class Document:
    """What was read, whole."""

    content: bytes
    url: str
    etag: str | None = None
    last_modified: str | None = None

    @property
    def fingerprint(self) -> Fingerprint:
        return Fingerprint(self.url, hashlib.sha256(self.content).hexdigest(), self.etag, self.last_modified)

    def unless(self, known: Fingerprint | None) -> "Document | None":
        """None where the bytes are the known ones: some servers send a new ETag with every answer."""
        return None if known and known.sha256 == self.fingerprint.sha256 else self


def recall(session: Session, key: str) -> Fingerprint | None:
    """`key` names script, part and mode, e.g. `votes-an-zip:17:full`."""
    row = session.scalar(select(SyncMetadata).where(SyncMetadata.key == key))
    if row is None or row.url is None or row.sha256 is None:
        return None
    return Fingerprint(row.url, row.sha256, row.etag, row.last_modified)


def remember(session: Session, key: str, seen: Fingerprint) -> None:
    """Only after a complete pass without errors, and in its last transaction: what is remembered is never imported
    again."""
    row = {
        "key": key,
        "url": seen.url,
        "sha256": seen.sha256,
        "etag": seen.etag,
        "last_modified": seen.last_modified,
        "completed_at": datetime.now(UTC),
    }
    upsert(session, SyncMetadata, [row], key=("key",))


def forget(session: Session, key: str) -> None:
    """Before anything of another document is written, so that the one that is remembered is read again when it is back:
    as after an hour in which the server had a bad one. And where a later reading of the same had errors."""
    seen = (SyncMetadata.key == key) & SyncMetadata.sha256.is_not(None)
    session.execute(update(SyncMetadata).where(seen).values(sha256=None))


def cursor(session: Session, key: str) -> str | None:
    """How far a source that is read piece by piece has been read: in the script's own words."""
    return session.scalar(select(SyncMetadata.cursor).where(SyncMetadata.key == key))


def set_cursor(session: Session, key: str, reached: str, *, complete: bool = False) -> None:
    """In the transaction that writes what was read up to there. `complete`: there is nothing more for now."""
    row: dict[str, object] = {"key": key, "cursor": reached}
    if complete:
        row["completed_at"] = datetime.now(UTC)
    upsert(session, SyncMetadata, [row], key=("key",))
