"""How prominent a politician is, from 0 to 1000: the rule, and nothing of where its facts come from.

Five parts, each with a most of its own: the weightiest office (400), what somebody does (200), the press of the last
three months (150), judicial affairs (100), and whether they are in office (150). The formula is
the site's own, of its earlier system. A ministre d'État weighs as a ministre.
"""

from dataclasses import dataclass, field
from datetime import date

from scripts.models import Office
from scripts.paris import months_before

OFFICES = {
    Office.PRESIDENT: 400,
    Office.PREMIER_MINISTRE: 350,
    Office.MINISTRE_ETAT: 280,
    Office.MINISTRE: 280,
    Office.MINISTRE_DELEGUE: 250,
    Office.SECRETAIRE_ETAT: 230,
    Office.DEPUTE: 200,
    Office.SENATEUR: 200,
    Office.DEPUTE_EUROPEEN: 180,
    Office.PRESIDENT_REGION: 160,
    Office.PRESIDENT_DEPARTEMENT: 140,
    Office.MAIRE: 120,
    Office.CONSEILLER_REGIONAL: 50,
    Office.CONSEILLER_DEPARTEMENTAL: 50,
    Office.AUTRE: 30,
}


@dataclass(kw_only=True)
class Facts:
    """What is known of somebody on the day. `left_on`: when the office that ended last did."""

    holds: set[Office] = field(default_factory=set)
    held: set[Office] = field(default_factory=set)
    left_on: date | None = None
    leads_a_party: bool = False
    votes: int = 0
    mentions: int = 0
    recent_mentions: int = 0
    fact_checks: int = 0
    grave_affairs: int = 0
    serious_affairs: int = 0
    minor_affairs: int = 0


@dataclass(frozen=True)
class Prominence:
    office: int
    activity: int
    media: int
    affairs: int
    recency: int

    @property
    def score(self) -> int:
        return self.office + self.activity + self.media + self.affairs + self.recency


def prominence(facts: Facts, today: date) -> Prominence:
    return Prominence(
        office=max([OFFICES[one] for one in facts.holds] + [OFFICES[one] * 3 // 10 for one in facts.held], default=0),
        activity=min(_activity(facts), 200),
        media=min(5 * facts.recent_mentions, 150),
        affairs=min(25 * facts.grave_affairs + 15 * facts.serious_affairs + 5 * facts.minor_affairs, 100),
        recency=_recency(facts, today),
    )


def _activity(facts: Facts) -> int:
    """Half a point a vote, and half of one more for an odd one."""
    return min((facts.votes + 1) // 2, 80) + min(3 * facts.mentions, 100) + min(8 * facts.fact_checks, 60)


def _recency(facts: Facts, today: date) -> int:
    if facts.holds:
        return 150
    if facts.leads_a_party:
        return 100
    return 50 if facts.left_on and facts.left_on >= months_before(today, 5 * 12) else 0
