"""How far each source has been read."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from scripts.models.row import Row


class SyncMetadata(Row):
    """What a source looked like at its last complete pass, or how far it was read: a row per script, part and mode.

    What is about one politician has a key that ends in `:` and the slug: so scripts.erasure finds it.
    """

    __tablename__ = "sync_metadata"

    key: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str | None]
    sha256: Mapped[str | None]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    cursor: Mapped[str | None]
    completed_at: Mapped[datetime | None]
