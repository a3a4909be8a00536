"""The Assemblée's ZIP archives: one JSON file a record, in one folder, named after the record's own id."""

import io
import json
import lzma
import re
import zipfile
import zlib
from typing import Any

from scripts.errors import BadSource, RecordError

# What a ZIP may hold, far above what they do: some 4,000 files of 30 kB.
MAX_FILES = 20_000
MAX_FILE_BYTES = 5_000_000
MAX_TOTAL_BYTES = 1_000_000_000


class Archive:
    """Its records, newest first. Nothing is ever unpacked to disk, and never more than one file at a time.

    `names` is what a record's file is called: its first group is the record's id, its second the number in it, which
    grows with time. `what` names the archive in a sentence. Raises BadSource where this is not such a ZIP, or would
    unpack to more than it honestly can.
    """

    def __init__(self, content: bytes, names: re.Pattern[str], what: str) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError) as error:
            raise BadSource(f"{what} is not a whole ZIP file: {error}.") from error
        entries = self._zip.infolist()
        if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
            raise BadSource(f"{what} holds more than {MAX_FILES:,} files or {MAX_TOTAL_BYTES:,} bytes.")
        self._entries: dict[str, zipfile.ZipInfo] = {}
        numbers: dict[str, int] = {}
        for entry in entries:
            if named := names.fullmatch(entry.filename):
                self._entries[named[1]] = entry
                numbers[named[1]] = int(named[2])
        if not numbers:
            raise BadSource(f"{what} holds no file called {names.pattern}.")
        self.uids = sorted(numbers, key=numbers.__getitem__, reverse=True)

    def read(self, uid: str, key: str) -> dict[str, Any]:
        """What the record's file holds under `key`, unchecked but for its `uid`. Raises RecordError."""
        entry = self._entries[uid]
        if entry.file_size > MAX_FILE_BYTES:
            raise RecordError(f"has {entry.file_size:,} bytes; {MAX_FILE_BYTES:,} are allowed")
        try:
            # zipfile gives out no more bytes than the size declared, and checks their sum.
            record = json.loads(self._zip.read(entry))[key]
        except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError) as error:
            raise RecordError(f"cannot be unpacked: {error}") from error
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise RecordError(f"is not the JSON of a {key}: {type(error).__name__}") from error
        if not isinstance(record, dict) or record.get("uid") != uid:
            raise RecordError(f"is not the JSON of that {key}")
        return record
