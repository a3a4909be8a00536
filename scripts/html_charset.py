"""The text of an HTML document's bytes, in the encoding that it declares."""

import re

from scripts.errors import RecordError

_CHARSET = re.compile(rb"<meta[^<>]{0,200}?charset\s*=\s*[\"']?([\w-]{1,40})", re.I)
_CHARSETS = {"utf-8": "utf-8-sig", "utf8": "utf-8-sig", "iso-8859-1": "cp1252", "windows-1252": "cp1252"}


def decoded(content: bytes) -> str:
    """UTF-8 where it declares none. Raises RecordError for an encoding that is unknown here, or is not what it says."""
    declared = _CHARSET.search(content[:2_000])
    name = declared[1].decode("ascii").lower() if declared else "utf-8"
    if name not in _CHARSETS:
        raise RecordError(f"is written in {name!r}, which is not known here")
    try:
        return content.decode(_CHARSETS[name])
    except UnicodeDecodeError as error:
        raise RecordError(f"is not {name}: byte {error.start} cannot be read") from None
