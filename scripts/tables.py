"""CSV with a header: its lines by column, and what a field must be."""

import csv
import io
from collections.abc import Collection
from datetime import date

from scripts.errors import BadSource, RecordError
from scripts.text import clean

TOO_MANY = "columns without a name"

Line = dict[str, str | None]


def lines(
    content: bytes,
    columns: Collection[str],
    *,
    name: str,
    encoding: str = "utf-8-sig",
    delimiter: str = ",",
    strict: bool = True,
) -> list[Line]:
    """Every line, unchecked. Raises BadSource where this is not the CSV called `name` at all.

    Not `strict`: a stray quotation mark spoils its own line, not the whole file.
    """
    try:
        text = io.StringIO(content.decode(encoding), newline="")
        reader: csv.DictReader[str] = csv.DictReader(text, restkey=TOO_MANY, delimiter=delimiter, strict=strict)
        missing = set(columns).difference(reader.fieldnames or ())
        if missing:
            raise BadSource(f"{name} lacks the columns {', '.join(sorted(missing))}.")
        found: list[Line] = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadSource(f"{name} cannot be read: {error}.") from error
    if not found:
        raise BadSource(f"{name} has a header and no line.")
    return found


def refuse_ragged(line: Line) -> None:
    """Raises RecordError."""
    if TOO_MANY in line or None in line.values():
        raise RecordError("has not as many columns as the header")


def given(line: Line, column: str) -> str | None:
    return clean(line[column] or "") or None


def needed(line: Line, column: str) -> str:
    """Raises RecordError."""
    value = given(line, column)
    if value is None:
        raise RecordError(f"has no {column}")
    return value


def day(column: str, written: str) -> date:
    """Raises RecordError."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise RecordError(f"has {written!r} as {column}, not a day such as 2024-07-08") from None
