"""generate-summaries: what each legislative file wants, in three to five points, from its explanatory statement."""

import argparse
from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field
from sqlalchemy import or_, select, true
from sqlalchemy.orm import Session

from scripts.file_status import UNDER_WAY
from scripts.generated_texts import Genre, Given, generate
from scripts.language_model import Prompt
from scripts.model_prose import Answer, Prose, nothing_judicial_of_anybody, words_between
from scripts.models import LegislativeFile, TextKind
from scripts.paris import months_before, today_in_paris
from scripts.script import Call, Script
from scripts.text import shorten

RECENT = 6  # months since the last act
LONGEST_STATEMENT = 16_000  # characters that the model is given

INSTRUCTIONS = """
Tu résumes, en français, un dossier législatif pour des lecteurs qui ne sont pas juristes. Tu reçois son titre, la
procédure et l'exposé des motifs de son premier texte, écrit par les auteurs de ce texte.

- Écris de trois à cinq points, chacun d'une ou deux phrases complètes, 45 mots au plus : d'abord ce que le texte veut
  changer, ensuite par quels moyens, enfin à qui il s'applique, si l'exposé le dit.
- N'écris que ce que disent ces documents. N'ajoute ni contexte, ni chiffre, ni exemple que tu connaîtrais par ailleurs.
- L'exposé plaide pour le texte. Rapporte ce qu'il prévoit sans le reprendre à ton compte : « Le texte prévoit… »,
  « Selon ses auteurs, … ». Aucune opinion, aucun adjectif qui juge, aucun pronostic.
- Le texte n'est pas la loi : « prévoit », « propose », jamais « la loi impose ».
- Recopie les nombres et les dates comme ils sont écrits, sans les arrondir, les convertir ni en calculer.
- Ne nomme aucune personne, et n'attribue à personne une affaire judiciaire.
- Texte simple : ni titre, ni tiret ou numéro en tête d'un point, ni lien, ni balise.
"""

Point = Annotated[Prose, words_between(4, 60), AfterValidator(nothing_judicial_of_anybody)]


class Summary(Answer):
    points: Annotated[list[Point], Field(min_length=3, max_length=5)]


def run(call: Call, own: argparse.Namespace) -> None:
    today = today_in_paris()
    generate(call, GENRE, lambda session: _wanted(session, today, everything=own.all))


def _wanted(session: Session, today: date, *, everything: bool) -> Sequence[int]:
    """Newest act first."""
    file = LegislativeFile
    current = or_(file.status.in_(UNDER_WAY), file.last_act_on >= months_before(today, RECENT))
    with_statement = select(file.id).where(file.statement.is_not(None), true() if everything else current)
    return session.scalars(with_statement.order_by(file.last_act_on.desc().nulls_last(), file.id)).all()


def _given(session: Session, ids: Sequence[int]) -> list[Given]:
    file = LegislativeFile
    columns = (
        file.id,
        file.external_id,
        file.title,
        file.procedure,
        file.source_url,
        file.statement,
        file.statement_url,
    )
    found = {
        id_: Given(
            id_,
            uid,
            f"{uid} ({shorten(title, 80)})",
            {"titre": title, "procedure": procedure, "expose_des_motifs": shorten(statement, LONGEST_STATEMENT)},
            [url for url in (source_url, statement_url) if url],
        )
        for id_, uid, title, procedure, source_url, statement, statement_url in session.execute(
            select(*columns).where(file.id.in_(ids))
        ).tuples()
        if statement
    }
    return [found[id_] for id_ in ids if id_ in found]


GENRE = Genre(
    script="generate-summaries",
    kind=TextKind.FILE_SUMMARY,
    prompt=Prompt(INSTRUCTIONS, Summary),
    given=_given,
    text=lambda summary: "\n".join(summary.points),
)


def _flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="every file, not only those under way or recent")


SCRIPT = Script(
    name=GENRE.script,
    summary="Summaries of the legislative files, by a language model.",
    flags=_flags,
    run=run,
)
