"""The scripts that write with a language model."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from scripts.models import (
    Chamber,
    FileStatus,
    LegislativeFile,
    Mandate,
    Office,
    Outcome,
    Politician,
    Scrutin,
)
from tests.scripts.matrix import Case, ModelCase
from tests.scripts.politicians import politicians
from tests.scripts.sites import Site

STATEMENT = (
    "Mesdames, Messieurs,\nLes phares de nos côtes sont gardés par 120 personnes.\nLe texte prévoit leur entretien."
)
BIOGRAPHY = (
    "Cette personne siège à l'Assemblée nationale. Elle y représente son département, dont elle a été élue pour la "
    "présente législature, et appartient au groupe que mentionnent les registres publics. Elle exerçait auparavant une "
    "profession indiquée par ces mêmes registres. Le mandat en cours est le seul qui soit connu à ce jour."
)
POINTS = [
    "Le texte prévoit d'entretenir les phares des côtes.",
    "Il confie cet entretien à ceux qui les gardent.",
    "Il s'applique, selon ses auteurs, à tous les phares.",
]
EXPLAINED = "Les députés se prononçaient sur un article de la proposition de loi. Cet article a été adopté."


def deputies(number: int = 3) -> Callable[[Site], None]:
    """Put into the site's database, the first one the most prominent."""

    def put(site: Site) -> None:
        with politicians(site) as rows:
            for n in range(1, number + 1):
                who = rows.add(
                    Politician(
                        slug=f"anne-roche-{n}",
                        first_name="Anne",
                        last_name=f"Roche-{'ABCDEFGHIJ'[n - 1]}",
                        civility="Mme",
                        profession="Vétérinaire",
                        prominence=900 - n,
                    )
                )
                rows.add(
                    Mandate(
                        external_id=f"mandate-{n}",
                        politician_id=who,
                        office=Office.DEPUTE,
                        department_name="Val-Mirage",
                        started_on=date(2024, 7, 8),
                    )
                )

    return put


#: Titles that no rule gives a theme.
THINGS = ("les phares", "les enseignes", "les canaux", "les digues", "les ponts", "les bacs", "les îles", "les gués")


def files(number: int = 3, statement: str = STATEMENT, **columns: object) -> Callable[[Site], None]:
    """Put into the site's database, the first one with the newest act."""

    def put(site: Site) -> None:
        with politicians(site) as rows:
            for n in range(1, number + 1):
                given = {
                    "external_id": f"DLR5L17N{n}",
                    "legislature": 17,
                    "title": f"Protéger {THINGS[n - 1]}",
                    "procedure": "Proposition de loi ordinaire",
                    "status": FileStatus.DEPOSE,
                    "last_act_on": date(2025, 11, 28 - n),
                    "source_url": f"https://files.example/{n}",
                    "content_hash": "",
                    "statement": statement,
                    "statement_url": f"https://texts.example/{n}",
                    "statement_checked_at": datetime(2025, 11, 17, tzinfo=UTC),
                }
                rows.add(LegislativeFile(**{**given, **columns}))

    return put


def scrutins(number: int = 3, **columns: object) -> Callable[[Site], None]:
    """Put into the site's database, the first one the newest."""

    def put(site: Site) -> None:
        with politicians(site) as rows:
            for n in range(1, number + 1):
                given = {
                    "external_id": f"VTANR5L17V{n}",
                    "chamber": Chamber.ASSEMBLEE_NATIONALE,
                    "legislature": 17,
                    "number": n,
                    "voted_on": date(2025, 11, 28 - n),
                    "title": f"l'article 2 de la proposition de loi sur {THINGS[n - 1]} (première lecture).",
                    "outcome": Outcome.ADOPTED,
                    "votes_for": 102,
                    "votes_against": 40,
                    "abstentions": 0,
                    "source_url": f"https://votes.example/{n}",
                    "votes_hash": "",
                }
                rows.add(Scrutin(**{**given, **columns}))

    return put


#: None reads a source.
CASES: list[Case] = []

MODEL_CASES = [
    ModelCase(script="generate-biographies", before=deputies(), good={"text": BIOGRAPHY}, counter="generated"),
    ModelCase(script="generate-summaries", before=files(), good={"points": POINTS}, counter="generated"),
    ModelCase(script="generate-scrutin-summaries", before=scrutins(), good={"text": EXPLAINED}, counter="generated"),
    ModelCase(
        script="classify-themes", before=files(), good={"theme": "ENVIRONNEMENT_ENERGIE"}, counter="aiClassified"
    ),
]
