"""Ten questions to the recordings, and what a person would expect among the first answers.

They were chosen by reading what is recorded, and are the same in the benchmark and in the test.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from scripts.models import EntityType, LegislativeFile, Politician, Scrutin
from scripts.search import Answer

AMONG = 5


@dataclass(frozen=True)
class Question:
    """`expected` are external ids, or slugs of politicians."""

    asked: str
    expected: frozenset[str]
    why: str

    def recall(self, found: Sequence[str | None]) -> float:
        return len(self.expected & set(found[:AMONG])) / len(self.expected)


def _question(asked: str, why: str, *expected: str) -> Question:
    return Question(asked, frozenset(expected), why)


QUESTIONS = (
    _question("retraite des agriculteurs", "« pensions de retraites agricoles »", "DLR5L17N51955", "DLR5L16N49383"),
    _question("Alain David", "a deputy whose last name is many a first name", "alain-david"),
    _question("député de la 4e circonscription de la Gironde", "by constituency", "alain-david"),
    _question("Charles de Courson", "whom votes name, too", "charles-de-courson"),
    _question("motion de rejet du budget déposée par Mathilde Panot", "a vote, not the deputy", "VTANR5L17V3876"),
    _question("scrutin sur l'article 20 du projet de loi de finances pour 2026", "one of many", "VTANR5L17V3866"),
    _question("cigarettes électroniques jetables", "« dispositifs de vapotage à usage unique »", "DLR5L16N46655"),
    _question("manque de médecins à la campagne", "« déserts médicaux »", "DLR5L17N50360", "DLR5L17N50387"),
    _question("trafic de drogue", "« narcotrafic », « ravages de la drogue »", "DLR5L17N50169", "DLR5L17N51501"),
    _question(
        "démarchage par téléphone", "four bills", "DLR5L17N51018", "DLR5L17N50710", "DLR5L13N27097", "DLR5L17N51563"
    ),
)


def names(session: Session, found: Sequence[Answer]) -> list[str | None]:
    """Of the answers, by external id or slug."""
    columns: Mapping[EntityType, Callable[[int], str | None]] = {
        EntityType.POLITICIAN: lambda id_: session.scalar(select(Politician.slug).where(Politician.id == id_)),
        EntityType.DOSSIER: lambda id_: session.scalar(
            select(LegislativeFile.external_id).where(LegislativeFile.id == id_)
        ),
        EntityType.SCRUTIN: lambda id_: session.scalar(select(Scrutin.external_id).where(Scrutin.id == id_)),
    }
    return [columns[one.entity_type](one.entity_id) for one in found]
