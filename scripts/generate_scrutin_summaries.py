"""generate-scrutin-summaries: what a public vote was about and how it went, in two or three sentences."""

import argparse
from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from scripts.generated_texts import Genre, Given, generate
from scripts.language_model import Prompt
from scripts.model_prose import Answer, Prose, nothing_judicial_of_anybody, words_between
from scripts.models import Chamber, Outcome, Scrutin, TextKind
from scripts.script import Call, Script
from scripts.text import shorten

CHAMBERS = {"AN": Chamber.ASSEMBLEE_NATIONALE, "SENAT": Chamber.SENAT}
_CHAMBER_NAMES = {Chamber.ASSEMBLEE_NATIONALE: "Assemblée nationale", Chamber.SENAT: "Sénat"}
_OUTCOMES = {Outcome.ADOPTED: "adopté", Outcome.REJECTED: "rejeté"}

INSTRUCTIONS = """
Tu expliques, en français, un scrutin public du Parlement à des lecteurs qui ne connaissent pas la procédure. Tu reçois
son intitulé officiel, la chambre, la date, le résultat et les voix.

- Écris deux ou trois phrases, 80 mots au plus : sur quoi portait le vote et où il se place dans la procédure, puis le
  résultat, avec les voix pour, les voix contre et les abstentions qui te sont données.
- L'intitulé est tout ce que tu sais du texte. N'explique ni le contenu ni les effets d'un amendement, d'un article ou
  d'une loi dont il ne dit rien, même si tu crois les connaître.
- Ne dis pas qui a voté quoi, ni pourquoi. Aucune opinion, aucun commentaire sur l'écart des voix.
- Recopie les nombres comme ils sont écrits, sans en calculer : ni total, ni écart, ni pourcentage.
- Ne nomme aucune personne : « un amendement », sans son auteur. N'attribue à personne une affaire judiciaire.
- Texte simple, en un seul paragraphe : ni titre, ni liste, ni lien, ni balise.
"""


class Summary(Answer):
    text: Annotated[Prose, words_between(8, 110), AfterValidator(nothing_judicial_of_anybody)]


def run(call: Call, own: argparse.Namespace) -> None:
    generate(call, GENRE, lambda session: _wanted(session, CHAMBERS.get(own.chamber)))


def _wanted(session: Session, chamber: Chamber | None) -> Sequence[int]:
    """Newest first."""
    of_chamber = Scrutin.chamber == chamber if chamber else true()
    return session.scalars(
        select(Scrutin.id).where(of_chamber).order_by(Scrutin.voted_on.desc(), Scrutin.id.desc())
    ).all()


def _given(session: Session, ids: Sequence[int]) -> list[Given]:
    rows = session.scalars(select(Scrutin).where(Scrutin.id.in_(ids))).all()
    found = {
        one.id: Given(
            one.id, one.external_id, f"{one.external_id} ({shorten(one.title, 80)})", _documents(one), [one.source_url]
        )
        for one in rows
    }
    return [found[id_] for id_ in ids if id_ in found]


def _documents(one: Scrutin) -> dict[str, object]:
    counts = {
        "voix_pour": one.votes_for,
        "voix_contre": one.votes_against,
        "abstentions": one.abstentions,
        "non_votants": one.non_voting,
    }
    return {
        "intitule": one.title,
        "chambre": _CHAMBER_NAMES.get(one.chamber, one.chamber.value),
        "numero": one.number,
        "date": one.voted_on.isoformat(),
        "resultat": _OUTCOMES[one.outcome],
        **{name: count for name, count in counts.items() if count is not None},
    }


GENRE = Genre(
    script="generate-scrutin-summaries",
    kind=TextKind.SCRUTIN_SUMMARY,
    prompt=Prompt(INSTRUCTIONS, Summary),
    given=_given,
    text=lambda summary: summary.text,
)


def _flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--chamber", choices=list(CHAMBERS), help="only the votes of this chamber")


SCRIPT = Script(
    name=GENRE.script,
    summary="What each public vote was about, by a language model.",
    flags=_flags,
    run=run,
)
