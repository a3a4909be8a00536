"""The token of the admin API: given by the user, or made once and kept in SYNCS_HOME."""

import os
import re
import secrets
import tempfile
from pathlib import Path

from deployments.errors import TokenError

FILE = "admin_token"
#: As admin_api.settings has it.
GOOD = re.compile(r"[!-~]{32,}")


def read(home: Path) -> str | None:
    """The one in SYNCS_HOME, if there is one. Raises TokenError."""
    file = home / FILE
    try:
        mode = file.stat().st_mode
        token = file.read_text().strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeError) as error:
        raise TokenError(file, f"cannot be read ({error})", "See to it that you may read it, or remove it") from None
    if mode & 0o077:
        reason = f"is open to others (mode {mode & 0o777:o}), who may have read it"
        raise TokenError(file, reason, "Remove it, or `chmod 600` it if nobody has")
    if not GOOD.fullmatch(token):
        raise TokenError(file, "holds no token of 32 or more ASCII characters without spaces", "Remove it")
    return token


def read_or_make(home: Path) -> str:
    """The one in SYNCS_HOME, made if there is none. Raises TokenError, or OSError where nothing can be written."""
    if token := read(home):
        return token
    token = secrets.token_urlsafe(32)
    # Private from its first moment, and whole or not there at all.
    number, unfinished = tempfile.mkstemp(dir=home, prefix=f"{FILE}.")
    with open(number, "w") as file:
        file.write(f"{token}\n")
        file.flush()
        os.fsync(number)
    os.replace(unfinished, home / FILE)
    return token
