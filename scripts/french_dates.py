"""Days as the French write them: « vendredi 13 décembre 2024 », « 1er mars 1959 », « 1 er » where a page had a tag."""

import re
from datetime import date

from scripts.text import fold

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    *("janvier", "fevrier", "mars", "avril", "mai", "juin"),
    *("juillet", "aout", "septembre", "octobre", "novembre", "decembre"),
)
_WRITTEN = re.compile(rf"(?:({'|'.join(WEEKDAYS)}) )?(\d{{1,2}})(?: ?er)? ({'|'.join(MONTHS)}) (\d{{4}})")


def written_day(text: str) -> date | None:
    """None where it is no such day; a weekday that the day did not have is a slip of the pen, and we know not which."""
    found = _WRITTEN.fullmatch(fold(text))
    if found is None:
        return None
    weekday, number, month, year = found.groups()
    try:
        day = date(int(year), MONTHS.index(month) + 1, int(number))
    except ValueError:
        return None
    return day if weekday in (None, WEEKDAYS[day.weekday()]) else None
