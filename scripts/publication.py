"""Whether the site shows a politician's page: the rule, and nothing of where its facts come from.

The first that fits, as the site's earlier system had them:

1. who died before 1958, when the Fifth Republic began, is EXCLUDED;
2. who was born before 1920, never had an office and scores less than 150 is EXCLUDED;
3. who has a published affair of their own, or an office today, is PUBLISHED;
4. who scores 150 or more and has a photo or a biography is PUBLISHED;
5. who died more than ten years ago, or scores less than 50 and never had an office, is ARCHIVED;
6. everybody else is a DRAFT.

Whose score is not known scores neither less nor more than anything.
"""

from dataclasses import dataclass
from datetime import date

from scripts.models import PublicationStatus
from scripts.paris import months_before

BEFORE_THE_REPUBLIC = date(1958, 1, 1)
LONG_AGO = date(1920, 1, 1)
PROMINENT = 150
OBSCURE = 50
YEARS_IN_MEMORY = 10


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What is known of somebody on the day."""

    born: date | None = None
    died: date | None = None
    score: int | None = None
    has_office: bool = False
    had_office: bool = False
    is_portrayed: bool = False
    has_published_affair: bool = False

    def scores_below(self, points: int) -> bool:
        return self.score is not None and self.score < points

    @property
    def never_had_office(self) -> bool:
        return not self.has_office and not self.had_office


def status(one: Standing, today: date) -> tuple[PublicationStatus, str]:
    """With the reason."""
    died_long_ago = one.died is not None and one.died < months_before(today, YEARS_IN_MEMORY * 12)
    is_prominent = one.score is not None and one.score >= PROMINENT
    rules = (
        (one.died is not None and one.died < BEFORE_THE_REPUBLIC, PublicationStatus.EXCLUDED, "died before 1958"),
        (
            one.born is not None and one.born < LONG_AGO and one.never_had_office and one.scores_below(PROMINENT),
            PublicationStatus.EXCLUDED,
            "born before 1920, never in office, little known",
        ),
        (one.has_published_affair, PublicationStatus.PUBLISHED, "a published affair"),
        (one.has_office, PublicationStatus.PUBLISHED, "in office"),
        (is_prominent and one.is_portrayed, PublicationStatus.PUBLISHED, "prominent, with a photo or a biography"),
        (died_long_ago, PublicationStatus.ARCHIVED, f"died more than {YEARS_IN_MEMORY} years ago"),
        (
            one.scores_below(OBSCURE) and one.never_had_office,
            PublicationStatus.ARCHIVED,
            "little known, never in office",
        ),
    )
    return next(((which, why) for fits, which, why in rules if fits), (PublicationStatus.DRAFT, "no rule fits"))
