"""What a terminal would obey in a script's words, and a page or a table would only show as noise."""

from __future__ import annotations

import re

#: Colours and the like; titles and links, with what they carry; and every control character but tab and newline.
_UNSHOWN = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
)


def without_escapes(text: str) -> str:
    return _UNSHOWN.sub("", text)
