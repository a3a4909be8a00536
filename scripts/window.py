"""What `--today` means: the last days that a source knows."""

from collections.abc import Mapping
from datetime import date, timedelta

from scripts.paris import today_in_paris

WINDOW = timedelta(days=7)


def recent(days: Mapping[str, date]) -> list[str]:
    """The records of the WINDOW before the newest one, given each record's day.

    Not of a day: the Assemblée publishes a vote or an act hours or days after it, so that a window of one day misses it
    for ever. And counted from the newest, not from the clock: an archive read late, or a sample, has its last days too.
    A date that lies in the future in Paris is planned or a slip of the pen: it is shown, and moves nothing.
    """
    newest = max((day for day in days.values() if day <= today_in_paris()), default=date.min)
    return [name for name, day in days.items() if newest - day < WINDOW]
