"""A site that has something of each kind to be found, and something of each that may not be shown."""

from datetime import UTC, date, datetime

from sqlalchemy import create_engine, text

from scripts.models import (
    Affair,
    AffairOrigin,
    AffairSource,
    Chamber,
    FactCheck,
    FileStatus,
    GeneratedText,
    LegislativeFile,
    Mandate,
    Offence,
    Office,
    Outcome,
    Party,
    PartyMembership,
    PartyRole,
    Politician,
    PressArticle,
    PublicationStatus,
    Rating,
    Row,
    Scrutin,
    Stage,
    TextKind,
    Theme,
)
from scripts.settings import database_url
from tests.scripts.politicians import politicians
from tests.scripts.sites import Site

HERE, GONE = "lisible", "caché"
SHOWN = {"POLITICIAN": 2, "PARTY": 1, "AFFAIR": 1, "DOSSIER": 3, "SCRUTIN": 2, "FACTCHECK": 1, "PRESS_ARTICLE": 1}


def affair(key: str, whose: int, status: PublicationStatus, **more: object) -> Affair:
    return Affair(
        external_id=key, politician_id=whose, origin=AffairOrigin.PRESS, title=f"Affaire {key}",
        category=Offence.FAVORITISME, stage=Stage.RELAXE, appeal_numbers=[], case_numbers=[], publication_status=status,
        **more,
    )  # fmt: skip


def bill(key: str, title: str, **more: object) -> LegislativeFile:
    return LegislativeFile(
        external_id=key, legislature=17, title=title, procedure="Proposition de loi", status=FileStatus.DEPOSE,
        source_url=f"https://an.example/{key}", content_hash="", **more,
    )  # fmt: skip


def scrutin(number: int, title: str, outcome: Outcome) -> Scrutin:
    return Scrutin(
        external_id=f"V{number}", chamber=Chamber.ASSEMBLEE_NATIONALE, legislature=17, number=number, title=title,
        voted_on=date(2025, 11, 17), outcome=outcome, source_url=f"https://an.example/v{number}", votes_hash="",
    )  # fmt: skip


def article(key: str, title: str, description: str = "") -> PressArticle:
    return PressArticle(
        feed="lemonde", external_id=key, url=f"https://presse.example/{key}", title=title, description=description,
        published_at=datetime(2025, 11, 17, 23, 30, tzinfo=UTC),
    )  # fmt: skip


def fill(site: Site) -> None:
    with politicians(site) as made:
        add = made.add
        anne = add(Politician(slug="anne-roche", civility="Mme", first_name="Anne", last_name="Roche",
                              biography="Née à Tarbes, elle a été institutrice."))  # fmt: skip
        zoe = add(Politician(slug="zoe-dissoute", first_name="Zoe", last_name="Dissoute",
                             publication_status=PublicationStatus.EXCLUDED))  # fmt: skip
        add(Politician(slug="yves-montre", first_name="Yves", last_name="Montre",
                       publication_status=PublicationStatus.EXCLUDED,
                       publication_override=PublicationStatus.PUBLISHED))  # fmt: skip
        seat = Mandate(external_id="m1", politician_id=anne, office=Office.DEPUTE, department_name="Gers")
        seat.constituency, seat.started_on = "1", date(2024, 7, 7)
        add(seat)
        add(Mandate(external_id="m2", politician_id=anne, office=Office.MAIRE, ended_on=date(2020, 5, 1)))
        party = add(Party(wikidata_id="Q1", slug="pv", name="Parti des vergers", short_name="PV"))
        add(PartyMembership(external_id="p1", party_id=party, politician_id=anne, role=PartyRole.MEMBER))
        shown = add(affair(HERE, anne, PublicationStatus.PUBLISHED, court="Tribunal d'Auch"))
        add(AffairSource(affair_id=shown, url="https://presse.example/affaire", publisher="", title=""))
        add(affair(f"{GONE} brouillon", anne, PublicationStatus.DRAFT))
        add(affair(f"{GONE} fusionnée", anne, PublicationStatus.PUBLISHED, merged_into_id=shown))
        add(affair(f"{GONE} exclue", zoe, PublicationStatus.PUBLISHED))
        farm = add(bill("D1", "Revaloriser les pensions de retraites agricoles", theme=Theme.AGRICULTURE_ALIMENTATION,
                        statement="Les anciens exploitants vivent sous le seuil de pauvreté. " * 30))  # fmt: skip
        add(GeneratedText(kind=TextKind.FILE_SUMMARY, subject_id=farm, text="Un minimum pour les paysans âgés.",
                          model="m", generated_at=datetime.now(UTC), sources=[], content_sha256=""))  # fmt: skip
        add(bill("D2", "Protéger la santé mentale des agricultrices et des agriculteurs"))
        add(bill("D3", "Lutter contre le harcèlement scolaire"))
        add(scrutin(7, "l'amendement n° 3 de Mme Roche au projet de loi de finances.", Outcome.REJECTED))
        add(scrutin(8, "l'ensemble du projet de loi de finances.", Outcome.ADOPTED))
        check = FactCheck(source_url="https://verif.example/1", claim="Le loup a quitté les Alpes", publisher="Verif")
        check.title, check.rating_text, check.rating = "Non, le loup n'a pas quitté les Alpes", "Faux", Rating.FALSE
        add(check)
        add(article("a1", "La sécheresse inquiète les vignerons", "Pas une goutte depuis juin."))


def put(site: Site, *rows: Row) -> None:
    with politicians(site) as made:
        for row in rows:
            made.add(row)


def execute(site: Site, statement: str) -> None:
    engine = create_engine(database_url(site.url))
    try:
        with engine.begin() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()
