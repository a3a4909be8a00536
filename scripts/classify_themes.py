"""classify-themes: which of the site's themes each legislative file and public vote has, by rule or else by model.

The rules need no key. What they leave goes to the model, a question a law: its file and all the votes on it have the
same theme. Nothing that a person has said is changed.
"""

import argparse
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from scripts.errors import NotConfigured
from scripts.generation import Question, Round
from scripts.language_model import LanguageModel, Prompt
from scripts.model_prose import Answer
from scripts.models import LegislativeFile, Scrutin, Theme, ThemedBy
from scripts.script import Call, Script
from scripts.text import shorten
from scripts.themes import law_of, theme_by_rule

TABLES: dict[str, tuple[type[LegislativeFile] | type[Scrutin], ...]] = {
    "all": (LegislativeFile, Scrutin),
    "dossiers": (LegislativeFile,),
    "scrutins": (Scrutin,),
}
BATCH = 500  # rows a transaction

INSTRUCTIONS = """
Tu classes un texte du Parlement français dans un seul des treize thèmes d'un site d'information civique, d'après son
intitulé et sa procédure, qui sont tout ce que tu en sais. Choisis le thème du sujet principal, non celui d'un moyen ou
d'une sanction ; si deux conviennent, celui que chercherait un lecteur.

- ECONOMIE_BUDGET : budget de l'État, impôts, entreprises, commerce, consommation, banques
- SOCIAL_TRAVAIL : emploi, salaires, retraites, protection sociale, famille, handicap, égalité
- SECURITE_JUSTICE : police, droit et procédure pénale, prisons, justice civile, sécurité civile
- ENVIRONNEMENT_ENERGIE : climat, énergie, eau, déchets, biodiversité, animaux
- SANTE : soins, hôpital, professions de santé, médicaments, fin de vie
- EDUCATION_CULTURE : école, université, recherche, culture, médias, sport, mémoire
- INSTITUTIONS : Constitution, élections, Parlement, élus, collectivités, administration
- AFFAIRES_ETRANGERES_DEFENSE : traités, Union européenne, diplomatie, armées, anciens combattants
- NUMERIQUE_TECH : internet, données, intelligence artificielle, télécommunications
- IMMIGRATION : entrée, séjour, asile, nationalité
- AGRICULTURE_ALIMENTATION : agriculture, pêche, forêt, alimentation
- LOGEMENT_URBANISME : logement, loyers, construction, urbanisme
- TRANSPORTS : rail, route, air, mer, mobilités
"""


class Classified(Answer):
    theme: Theme


PROMPT = Prompt(INSTRUCTIONS, Classified)


@dataclass(frozen=True)
class Untold:
    """A row that has no theme from a person."""

    table: type[LegislativeFile] | type[Scrutin]
    id: int
    title: str
    procedure: str


@dataclass(frozen=True)
class Law:
    """Rows that are about one law, the most telling first."""

    name: str
    rows: tuple[Untold, ...]

    @property
    def documents(self) -> dict[str, object]:
        first = self.rows[0]
        return {"intitule": shorten(first.title, 1_000), **({"procedure": first.procedure} if first.procedure else {})}

    @property
    def known(self) -> tuple[str, str]:
        """Its key, and what is asked: nothing but its name."""
        digest = hashlib.sha256(self.name.encode()).hexdigest()
        return digest[:20], digest

    @property
    def question(self) -> Question:
        key, digest = self.known
        return Question(key, f"« {shorten(self.rows[0].title, 120)} »", digest, len(self.rows))


def run(call: Call, own: argparse.Namespace) -> None:
    names = ["processed", "premapped", "aiClassified", "skipped", "errors", "left", "calls", "tokens"]
    counters = dict.fromkeys(names, 0)
    round_ = Round(call, SCRIPT.name, counters, good="aiClassified")
    with call.database.transaction() as session:
        rows = _untold(session, call, TABLES[own.target])
        failed = round_.failed_lately(session)
        known = {} if call.options.force else _known(session)
    told = ((one, theme_by_rule(one.title, one.procedure)) for one in rows)
    ready = [(one, theme) for one, theme in told if theme or Law(law_of(one.title), (one,)).known not in failed]
    # What is placed by rule first: without a key the rest would stay before it for ever.
    wanted = sorted(ready, key=lambda pair: pair[1] is None)[: call.options.limit]
    by_rule = [(one, theme) for one, theme in wanted if theme]
    for start in range(0, len(by_rule), BATCH):
        with call.database.transaction() as session:
            for one, theme in by_rule[start : start + BATCH]:
                _set(session, one, theme, ThemedBy.RULE)
    due = {law.question: law for law in _laws([one for one, theme in wanted if not theme])}
    counters["processed"] = counters["premapped"] = len(by_rule)
    counters["skipped"] = len(rows) - len(ready)
    counters["left"] = len(ready) - len(by_rule)
    call.report.log(f"By rule: {len(by_rule)} of {len(wanted)}.")
    try:
        model = LanguageModel(call) if due else None
    except NotConfigured as missing:
        call.report.result(counters)
        if not by_rule:
            raise
        call.report.log(f"{missing} What is left for the model: {counters['left']}.")
        return
    if model is None:
        call.report.result(counters)
        return

    def answer(question: Question) -> bool:
        law = due[question]
        theme = known.get(law.name) or model.ask(PROMPT, law.documents).theme
        with call.database.transaction() as session:
            for one in law.rows:
                _set(session, one, theme, ThemedBy.MODEL)
        return True

    round_.ask(model, list(due), answer)


def _untold(session: Session, call: Call, tables: Sequence[type[LegislativeFile] | type[Scrutin]]) -> list[Untold]:
    """Those without a theme, files first, the newest first; with --force those of rule and model, too."""
    found: list[Untold] = []
    for table in tables:
        which = _not_a_persons(table) if call.options.force else table.theme.is_(None) & table.themed_by.is_(None)
        if table is LegislativeFile:
            file = LegislativeFile
            files = select(file.id, file.title, file.procedure).where(which)
            newest = file.last_act_on.desc().nulls_last()
            found += [Untold(table, *row) for row in session.execute(files.order_by(newest, file.id)).tuples()]
        else:
            votes = select(Scrutin.id, Scrutin.title).where(which).order_by(Scrutin.voted_on.desc(), Scrutin.id.desc())
            found += [Untold(table, *row, procedure="") for row in session.execute(votes).tuples()]
    return found


def _known(session: Session) -> dict[str, Theme]:
    """What the model has said of a law: a vote that comes later, or is over the limit, is not asked about again."""
    found: dict[str, Theme] = {}
    for table in TABLES["all"]:
        told = select(table.title, table.theme).where(table.themed_by == ThemedBy.MODEL).order_by(table.id)
        found |= {law_of(title): theme for title, theme in session.execute(told).tuples() if theme}
    return found


def _not_a_persons(table: type[LegislativeFile] | type[Scrutin]) -> ColumnElement[bool]:
    return or_(table.themed_by.is_(None), table.themed_by != ThemedBy.PERSON)


def _laws(rows: Sequence[Untold]) -> list[Law]:
    """In the order of each one's first row."""
    laws: dict[str, list[Untold]] = {}
    for one in rows:
        laws.setdefault(law_of(one.title), []).append(one)
    return [Law(name, tuple(its)) for name, its in laws.items()]


def _set(session: Session, one: Untold, theme: Theme, by: ThemedBy) -> None:
    """Not where a person has spoken meanwhile; and what says so already is not touched."""
    table = one.table
    differs = or_(table.theme.is_distinct_from(theme), table.themed_by.is_distinct_from(by))
    here = update(table).where(table.id == one.id, _not_a_persons(table), differs)
    session.execute(here.values(theme=theme, themed_by=by, updated_at=datetime.now(UTC)))


def _flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--target", choices=list(TABLES), default="all", help="what to classify")


SCRIPT = Script(
    name="classify-themes",
    summary="The themes of legislative files and public votes, by rule or by a language model.",
    flags=_flags,
    run=run,
)
