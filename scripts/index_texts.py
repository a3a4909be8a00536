"""What the search index holds of each kind of thing: which of them may be shown, and by what text they are found."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from scripts.french_dates import MONTHS
from scripts.models import (
    Affair,
    AffairSource,
    Chamber,
    Embedding,
    EntityType,
    FactCheck,
    GeneratedText,
    LegislativeFile,
    Mandate,
    Office,
    Outcome,
    Party,
    PartyMembership,
    Politician,
    PressArticle,
    PublicationStatus,
    Scrutin,
    TextKind,
)
from scripts.paris import PARIS, today_in_paris
from scripts.text import clean, fold, shorten

LONGEST = 16_000  # characters of a text that are encoded
LONGEST_WORDS = 1_000  # characters that are looked for word by word
_ORDINAL = re.compile(r"\b(\d+)(?:er|re|ere|e|eme|nd|nde)\b")


@dataclass(frozen=True, kw_only=True)
class Text:
    """One thing's text. `title` is shown; it and `facts` are also looked for word by word; `body` only by meaning."""

    entity_id: int
    title: str
    url: str | None = None
    dated_on: date | None = None
    facts: str = ""
    body: str = ""

    @property
    def content(self) -> str:
        """What is encoded: the title is its first line."""
        parts = (clean(part) for part in (self.title, self.facts, self.body))
        return shorten("\n".join(part for part in parts if part), LONGEST)

    @property
    def words(self) -> str:
        return f" {spelled(f'{self.title} {self.facts}')[:LONGEST_WORDS]} "

    @property
    def sha256(self) -> str:
        told = repr((self.title, self.url, self.dated_on, self.words, self.content))
        return hashlib.sha256(told.encode()).hexdigest()


def spelled(text: str) -> str:
    """As `scripts.text.fold`, and « 1re », « 1ère » and « 4ème » as « 1e » and « 4e »."""
    return _ORDINAL.sub(r"\1e", fold(text))


def shown(kind: EntityType) -> Select[tuple[int]]:
    """The ids of those that anybody may be shown."""
    return _KINDS[kind][0]()


def is_shown(kind: EntityType) -> ColumnElement[bool]:
    """Whether what a row of the index is of may be."""
    # Not IN: PostgreSQL would look through all ids for each row, once they are more than it keeps in memory.
    ids = shown(kind)
    return ids.where(ids.selected_columns[0] == Embedding.entity_id).correlate(Embedding).exists()


def read(session: Session, kind: EntityType, ids: Sequence[int]) -> list[Text]:
    """The texts of those, in the order of their ids."""
    return sorted(_KINDS[kind][1](session, ids), key=lambda text: text.entity_id)


def _shown_politicians() -> Select[tuple[int]]:
    status = func.coalesce(Politician.publication_override, Politician.publication_status)
    return select(Politician.id).where(status.is_distinct_from(PublicationStatus.EXCLUDED.value))


def _politicians(session: Session, ids: Sequence[int]) -> Iterable[Text]:
    offices, parties = _offices(session, ids), _parties_of(session, ids)
    columns = (Politician.id, Politician.first_name, Politician.last_name, Politician.profession, Politician.biography)
    for id_, first, last, profession, biography in session.execute(select(*columns).where(Politician.id.in_(ids))):
        held = offices[id_]
        name = f"{first} {last}"
        yield Text(
            entity_id=id_,
            title=f"{name}, {held[0]}" if held else name,
            facts=", ".join([*held[1:], *parties[id_]]),
            body=". ".join(part for part in (profession, biography) if part),
        )


def _offices(session: Session, ids: Sequence[int]) -> defaultdict[int, list[str]]:
    """What each is and was: those held come first, then the newest."""
    today = today_in_paris()
    told: defaultdict[int, list[str]] = defaultdict(list)
    of_them = (
        select(Mandate, Politician.civility, Politician.death_date)
        .join(Politician)
        .where(Mandate.politician_id.in_(ids))
        .order_by(Mandate.ended_on.is_not(None), Mandate.started_on.desc(), Mandate.id)
    )
    for mandate, civility, died in session.execute(of_them).tuples():
        is_over = died is not None or (mandate.ended_on is not None and mandate.ended_on <= today)
        office = _office(mandate, is_a_woman=civility == "Mme", is_over=is_over)
        if office not in told[mandate.politician_id]:
            told[mandate.politician_id].append(office)
    return told


_TITLES = {
    Office.PRESIDENT: ("président de la République", "présidente de la République"),
    Office.PREMIER_MINISTRE: ("Premier ministre", "Première ministre"),
    Office.DEPUTE: ("député", "députée"),
    Office.SENATEUR: ("sénateur", "sénatrice"),
    Office.DEPUTE_EUROPEEN: ("député européen", "députée européenne"),
    Office.MAIRE: ("maire", "maire"),
}


def _office(mandate: Mandate, *, is_a_woman: bool, is_over: bool) -> str:
    """« ancienne députée, Gironde (4e circonscription) »: no preposition is right for every department."""
    known = _TITLES.get(mandate.office)
    title = known[is_a_woman] if known else mandate.title or _plain(mandate.office)
    if is_over:
        title = f"{'ancienne' if is_a_woman else 'ancien'} {title}"
    place = f", {mandate.department_name}" if mandate.department_name else ""
    within = mandate.constituency if mandate.office is Office.DEPUTE and place else None
    return f"{title}{place}{f' ({_nth(within)} circonscription)' if within and within.isdigit() else ''}"


def _nth(number: str) -> str:
    return "1re" if number == "1" else f"{number}e"


def _parties_of(session: Session, ids: Sequence[int]) -> defaultdict[int, list[str]]:
    told: defaultdict[int, list[str]] = defaultdict(list)
    columns = select(PartyMembership.politician_id, Party.name, Party.short_name).join(Party)
    of_them = columns.where(PartyMembership.politician_id.in_(ids), PartyMembership.ended_on.is_(None))
    for politician_id, name, short in session.execute(of_them.order_by(PartyMembership.id)).tuples():
        told[politician_id].append(f"{name} ({short})" if short else name)
    return told


def _parties(session: Session, ids: Sequence[int]) -> Iterable[Text]:
    for party in session.scalars(select(Party).where(Party.id.in_(ids))):
        short = f" ({party.short_name})" if party.short_name else ""
        yield Text(entity_id=party.id, title=f"{party.name}{short}", url=party.website, facts="parti politique")


def _shown_affairs() -> Select[tuple[int]]:
    return select(Affair.id).where(
        Affair.publication_status == PublicationStatus.PUBLISHED,
        Affair.merged_into_id.is_(None),
        Affair.politician_id.in_(_shown_politicians()),
    )


def _affairs(session: Session, ids: Sequence[int]) -> Iterable[Text]:
    address = (
        select(AffairSource.url)
        .where(AffairSource.affair_id == Affair.id)
        .order_by(AffairSource.id)
        .limit(1)
        .scalar_subquery()
    )
    rows = select(Affair, Politician.first_name, Politician.last_name, address).join(Politician)
    for affair, first, last, url in session.execute(rows.where(Affair.id.in_(ids))).tuples():
        yield Text(
            entity_id=affair.id,
            title=affair.title,
            url=url,
            dated_on=affair.stage_on,
            facts=f"{first} {last}, {_plain(affair.category)}, {_plain(affair.stage)}",
            body=". ".join(part for part in (affair.court, affair.penalty) if part),
        )


def _files(session: Session, ids: Sequence[int]) -> Iterable[Text]:
    summaries = _generated(session, TextKind.FILE_SUMMARY, ids)
    one = LegislativeFile
    # A statement may be as long as its bill's author pleased; more than is encoded is not read.
    statement = func.substr(one.statement, 1, LONGEST)
    columns = (one.id, one.title, one.source_url, one.last_act_on, one.filed_on, one.theme, statement)
    for id_, title, url, acted, filed, theme, told in session.execute(select(*columns).where(one.id.in_(ids))):
        body = " ".join(part for part in (summaries.get(id_), told) if part)
        facts = _plain(theme) if theme else ""
        yield Text(entity_id=id_, title=title, url=url, dated_on=acted or filed, facts=facts, body=body)


_CHAMBERS = {Chamber.ASSEMBLEE_NATIONALE: "Assemblée nationale", Chamber.SENAT: "Sénat"}
_OUTCOMES = {Outcome.ADOPTED: "adopté", Outcome.REJECTED: "rejeté"}


def _scrutins(session: Session, ids: Sequence[int]) -> Iterable[Text]:
    summaries = _generated(session, TextKind.SCRUTIN_SUMMARY, ids)
    for one in session.scalars(select(Scrutin).where(Scrutin.id.in_(ids))):
        day = f"{one.voted_on.day} {MONTHS[one.voted_on.month - 1]} {one.voted_on.year}"
        chamber = _CHAMBERS.get(one.chamber, "")
        facts = [f"{_OUTCOMES[one.outcome]}, scrutin n° {one.number} du {day}, {chamber}"]
        facts += [_plain(one.theme)] if one.theme else []
        yield Text(
            entity_id=one.id,
            title=one.title[:1].upper() + one.title[1:],
            url=one.source_url,
            dated_on=one.voted_on,
            facts=", ".join(facts),
            body=summaries.get(one.id, ""),
        )


def _fact_checks(session: Session, ids: Sequence[int]) -> Iterable[Text]:
    for one in session.scalars(select(FactCheck).where(FactCheck.id.in_(ids))):
        told = (one.claim, one.claimant, one.rating_text or _plain(one.rating), one.publisher)
        yield Text(
            entity_id=one.id,
            title=one.title or one.claim,
            url=one.source_url,
            dated_on=one.reviewed_on or one.claimed_on,
            facts=", ".join(part for part in told if part),
        )


def _articles(session: Session, ids: Sequence[int]) -> Iterable[Text]:
    for one in session.scalars(select(PressArticle).where(PressArticle.id.in_(ids))):
        day = one.published_at.astimezone(PARIS).date() if one.published_at else None
        yield Text(entity_id=one.id, title=one.title, url=one.url, dated_on=day, body=one.description)


def _generated(session: Session, kind: TextKind, ids: Sequence[int]) -> dict[int, str]:
    of_them = select(GeneratedText.subject_id, GeneratedText.text).where(GeneratedText.kind == kind)
    return dict(session.execute(of_them.where(GeneratedText.subject_id.in_(ids))).tuples().all())


def _plain(word: StrEnum) -> str:
    return word.value.replace("_", " ").lower()


Reader = Callable[[Session, Sequence[int]], Iterable[Text]]
_KINDS: dict[EntityType, tuple[Callable[[], Select[tuple[int]]], Reader]] = {
    EntityType.POLITICIAN: (_shown_politicians, _politicians),
    EntityType.PARTY: (lambda: select(Party.id), _parties),
    EntityType.AFFAIR: (_shown_affairs, _affairs),
    EntityType.DOSSIER: (lambda: select(LegislativeFile.id), _files),
    EntityType.SCRUTIN: (lambda: select(Scrutin.id), _scrutins),
    EntityType.FACTCHECK: (lambda: select(FactCheck.id), _fact_checks),
    EntityType.PRESS_ARTICLE: (lambda: select(PressArticle.id), _articles),
}
