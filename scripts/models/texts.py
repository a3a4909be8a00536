"""What a language model has written, marked as such."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scripts.models.kinds import TextKind
from scripts.models.row import Row


class GeneratedText(Row):
    """A text, the model that wrote it, when, and what it was given to write it from.

    `subject_id` is the id of a politician, a legislative file or a scrutin, as `kind` says.
    """

    __tablename__ = "generated_texts"
    __table_args__ = (UniqueConstraint("kind", "subject_id"),)

    kind: Mapped[TextKind]
    subject_id: Mapped[int] = mapped_column(BigInteger)
    text: Mapped[str]
    model: Mapped[str]
    generated_at: Mapped[datetime]
    #: Addresses of the documents whose words it was given.
    sources: Mapped[list[str]] = mapped_column(JSON)
    #: Of all that it was given: when that changes, the text is written anew.
    content_sha256: Mapped[str]
