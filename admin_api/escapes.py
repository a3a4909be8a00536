"""What a terminal would obey in a script's words, and a page or a table would only show as noise."""

from __future__ import annotations

import re

_UNSHOWN = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours and the like
    r"|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)"  # titles and links, with what they carry
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f]"  # every control character but tab and newline
    r"|[\u202a-\u202e\u2066-\u2069]"  # what turns the direction of what follows
)


def without_escapes(text: str) -> str:
    return _UNSHOWN.sub("", text)
