"""The Sénat's JSON of who sits today, www.senat.fr/api-senat/senateurs.json, and its way of naming a senator.

It knows neither birth dates nor since when somebody sits: those are in the Sénat's open data (scripts.odsen).
"""

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from scripts.errors import BadSource, RecordError
from scripts.text import clean

#: Groups keep in the Sénat's systems the code that they began with, and have changed their name since.
CODES = {"UMP": "LR", "SOC": "SER", "CRC": "CRCE-K", "LREM": "RDPI", "RTLI": "LIRT"}


@dataclass(frozen=True)
class Senator:
    """Somebody who sits; `id` is the matricule, e.g. 14133K."""

    id: str
    first_name: str
    last_name: str
    group_code: str
    group_name: str
    civility: str | None
    department_code: str | None
    department_name: str | None
    profession: str | None
    twitter: str | None

    @property
    def mandate(self) -> str:
        return f"senat-{self.id}"


def matricule(written: object) -> str:
    """A senator's id in its one spelling: 14133K, or 000346 of the first years, or 1111R3 of another republic.

    What was read as a number on its way has lost something: a final F, which marks a number in some languages, or the
    zeros before it. Both can be told, since no two matricules have the same five digits, and those of digits alone have
    three at most behind their zeros. Raises RecordError.
    """
    told = written.strip().upper() if isinstance(written, str) else ""
    if re.fullmatch(r"[0-9]{5}[A-Z]|000[0-9]{3}|[0-9]{4}R[0-9]", told, re.ASCII):
        return told
    if re.fullmatch(r"[0-9]{5}", told, re.ASCII):
        return f"{told}F"
    if re.fullmatch(r"[0-9]{1,3}", told, re.ASCII):
        return told.zfill(6)
    raise RecordError(f"has the matricule {written!r}, not one such as 14133K")


def entries(content: bytes) -> list[Any]:
    """Everybody in the JSON, unchecked. Raises BadSource where this is not the Sénat's list at all."""
    try:
        found = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadSource(f"The list of senators is not JSON: {error}.") from error
    if not isinstance(found, list):
        raise BadSource("The list of senators is JSON, and no list.")
    if not found:
        raise BadSource("The list of senators is empty.")
    return found


def senator(entry: Any) -> Senator:
    """Raises RecordError."""
    if not isinstance(entry, dict):
        raise RecordError("is no object")
    return Senator(
        id=matricule(entry.get("matricule")),
        first_name=_needed(entry, "prenom"),
        last_name=_needed(entry, "nom"),
        group_code=_group(_needed(entry, "groupe", "code")),
        group_name=_needed(entry, "groupe", "libelle"),
        civility=_given(entry, "civilite"),
        department_code=_given(entry, "circonscription", "code"),
        department_name=_given(entry, "circonscription", "libelle"),
        profession=_given(entry, "categorieProfessionnelle", "libelle"),
        twitter=_twitter(_given(entry, "twitter")),
    )


def births(content: bytes) -> dict[str, date]:
    """Birth dates by matricule, of nossenateurs.fr's archive: for whoever the Sénat's open data lack.

    Only what can be read: it is another's copy of a part of what the Sénat says. Raises BadSource.
    """
    try:
        listed = json.loads(content)["senateurs"]
        people = [one["senateur"] for one in listed]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadSource(f"The archive of nossenateurs.fr is not its JSON: {type(error).__name__}.") from error
    found: dict[str, date] = {}
    for one in people:
        try:
            found[matricule(one["id_institution"])] = date.fromisoformat(one["date_naissance"])
        except (KeyError, TypeError, ValueError):
            continue
    return found


def _group(code: str) -> str:
    return CODES.get(code.upper(), code)


def _given(entry: dict[str, Any], *path: str) -> str | None:
    value: Any = entry
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    if value is not None and not isinstance(value, str):
        raise RecordError(f"has {value!r} as {'.'.join(path)}, no text")
    return clean(value or "") or None


def _needed(entry: dict[str, Any], *path: str) -> str:
    value = _given(entry, *path)
    if value is None:
        raise RecordError(f"has no {'.'.join(path)}")
    return value


def _twitter(written: str | None) -> str | None:
    """@name, as the deputies' is. What is no account is left out."""
    found = re.fullmatch(
        r"(?:https?://(?:www\.)?(?:twitter|x)\.com/|@)?(\w{1,30})/?(?:\?\S*)?", written or "", re.ASCII
    )
    return f"@{found[1]}" if found else None
