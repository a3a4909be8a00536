"""Whom and which parties the stored articles name."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scripts.mentions import Directory, Person
from scripts.models import Party, PartyMention, Politician, PressArticle, PressMention
from scripts.party_names import PartyDirectory, PartyNames
from scripts.upsert import upsert


class Names(NamedTuple):
    """All that an article may name. Another `sha256` means that every stored article is to be matched again."""

    people: Directory
    parties: PartyDirectory

    @property
    def sha256(self) -> str:
        return hashlib.sha256(f"{self.people.sha256} {self.parties.sha256}".encode()).hexdigest()


def names(session: Session) -> Names:
    parties = session.execute(select(Party.id, Party.name, Party.short_name)).tuples()
    return Names(people(session), PartyDirectory(PartyNames(*one) for one in parties))


def people(session: Session) -> Directory:
    found = session.execute(select(Politician.id, Politician.first_name, Politician.last_name)).tuples()
    return Directory(Person(*one) for one in found)


def mention(session: Session, articles: Sequence[PressArticle], known: Names) -> Counter[str]:
    """Makes these articles' mentions what their texts say. Counts what is new, and the last names that were blocked."""
    counters: Counter[str] = Counter()
    politicians: list[dict[str, object]] = []
    parties: list[dict[str, object]] = []
    for one in articles:
        text = f"{one.title} / {one.description}"
        named = known.people.named_in(text)
        counters["mentionsBlocked"] += named.blocked
        politicians += [
            {"article_id": one.id, "politician_id": id_, "matched_by": matched_by}
            for id_, matched_by in named.found.items()
        ]
        parties += [{"article_id": one.id, "party_id": id_} for id_ in sorted(known.parties.named_in(text))]
    ids = [one.id for one in articles]
    counters["mentionsCreated"] = _make(session, PressMention, "politician_id", ids, politicians)
    counters["partyMentionsCreated"] = _make(session, PartyMention, "party_id", ids, parties)
    return counters


def _make(
    session: Session,
    model: type[PressMention] | type[PartyMention],
    named: str,
    articles: Sequence[int],
    rows: Sequence[dict[str, object]],
) -> int:
    """How many are new. What these articles name no longer goes."""
    written = upsert(session, model, rows, key=("article_id", named))
    kept = {(row["article_id"], row[named]) for row in rows}
    stored = select(model.id, model.article_id, getattr(model, named)).where(model.article_id.in_(articles))
    stale = [id_ for id_, article_id, whom in session.execute(stored) if (article_id, whom) not in kept]
    session.execute(delete(model).where(model.id.in_(stale)))
    return len(written.created)
