"""What our tables know of a politician's life in politics: all that a biography may say."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from scripts.generated_texts import Given
from scripts.models import (
    ExternalId,
    IdSource,
    Mandate,
    Office,
    Party,
    PartyMembership,
    PartyRole,
    PoliticalGroup,
    Politician,
)

#: Neutral: the civility says which form it takes.
OFFICES = {
    Office.PRESIDENT: "président de la République",
    Office.PREMIER_MINISTRE: "Premier ministre",
    Office.MINISTRE_ETAT: "ministre d'État",
    Office.MINISTRE: "ministre",
    Office.MINISTRE_DELEGUE: "ministre délégué",
    Office.SECRETAIRE_ETAT: "secrétaire d'État",
    Office.DEPUTE: "député à l'Assemblée nationale",
    Office.SENATEUR: "sénateur",
    Office.DEPUTE_EUROPEEN: "député au Parlement européen",
    Office.PRESIDENT_REGION: "président de conseil régional",
    Office.PRESIDENT_DEPARTEMENT: "président de conseil départemental",
    Office.MAIRE: "maire",
    Office.CONSEILLER_REGIONAL: "conseiller régional",
    Office.CONSEILLER_DEPARTEMENTAL: "conseiller départemental",
    Office.AUTRE: None,
}
ROLES = {PartyRole.MEMBER: "membre", PartyRole.LEADER: "dirigeant", PartyRole.FOUNDER: "fondateur"}
#: Where those facts can be read, by who gave us the person.
SOURCES = {
    IdSource.ASSEMBLEE_NATIONALE: "https://www.assemblee-nationale.fr/dyn/deputes/{}",
    IdSource.SENAT: "https://data.senat.fr/data/senateurs/ODSEN_GENERAL.csv",
    IdSource.PARLEMENT_EUROPEEN: "https://data.europarl.europa.eu/api/v2/meps/{}",
    IdSource.GOUVERNEMENT: "https://www.data.gouv.fr/api/1/datasets/historique-des-gouvernements-de-la-veme-republique/",
    IdSource.WIKIDATA: "https://www.wikidata.org/wiki/{}",
}

Facts = dict[str, object]


def given(session: Session, ids: Sequence[int]) -> list[Given]:
    """In that order, without those of whom no office and no party is known: there is nothing to tell."""
    offices, parties, sources = _offices(session, ids), _parties(session, ids), _sources(session, ids)
    one = Politician
    columns = (
        one.id, one.slug, one.first_name, one.last_name, one.civility, one.birth_date, one.birth_place, one.death_date,
        one.profession,
    )  # fmt: skip
    found = {
        id_: Given(
            id_,
            slug,
            slug,
            _known(
                nom=f"{first} {last}",
                civilite=civility,
                date_de_naissance=_day(born),
                lieu_de_naissance=place,
                date_de_deces=_day(died),
                profession=profession,
                mandats_et_fonctions=offices[id_],
                partis=parties[id_],
            ),
            sources[id_],
        )
        for id_, slug, first, last, civility, born, place, died, profession in session.execute(
            select(*columns).where(one.id.in_(ids))
        ).tuples()
        if offices[id_] or parties[id_]
    }
    return [found[id_] for id_ in ids if id_ in found]


def _offices(session: Session, ids: Sequence[int]) -> Mapping[int, list[Facts]]:
    held = (
        select(Mandate, PoliticalGroup.name)
        .outerjoin(PoliticalGroup, Mandate.group_id == PoliticalGroup.id)
        .where(Mandate.politician_id.in_(ids))
        .order_by(Mandate.started_on.asc().nulls_first(), Mandate.external_id)
    )
    found: defaultdict[int, list[Facts]] = defaultdict(list)
    for mandate, group in session.execute(held).tuples():
        found[mandate.politician_id].append(
            _known(
                fonction=OFFICES[mandate.office],
                intitule=mandate.title,
                groupe=group,
                legislature=mandate.legislature,
                departement=mandate.department_name,
                circonscription=mandate.constituency,
                debut=_day(mandate.started_on),
                fin=_day(mandate.ended_on),
            )
        )
    return found


def _parties(session: Session, ids: Sequence[int]) -> Mapping[int, list[Facts]]:
    joined = (
        select(PartyMembership.politician_id, Party.name, PartyMembership.role)
        .add_columns(PartyMembership.started_on, PartyMembership.ended_on)
        .join(Party, PartyMembership.party_id == Party.id)
        .where(PartyMembership.politician_id.in_(ids))
        .order_by(PartyMembership.started_on.asc().nulls_first(), PartyMembership.external_id)
    )
    found: defaultdict[int, list[Facts]] = defaultdict(list)
    for politician_id, name, role, start, end in session.execute(joined):
        found[politician_id].append(_known(parti=name, role=ROLES[role], debut=_day(start), fin=_day(end)))
    return found


def _sources(session: Session, ids: Sequence[int]) -> Mapping[int, list[str]]:
    known = select(ExternalId.politician_id, ExternalId.source, ExternalId.external_id)
    rows = session.execute(known.where(ExternalId.politician_id.in_(ids)).order_by(ExternalId.id)).tuples()
    found: defaultdict[int, list[str]] = defaultdict(list)
    for politician_id, source, id_ in rows:
        if source in SOURCES and (url := SOURCES[source].format(id_)) not in found[politician_id]:
            found[politician_id].append(url)
    return found


def _known(**facts: object) -> Facts:
    return {name: fact for name, fact in facts.items() if fact}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
