"""generate-biographies: a short biography of each politician who has none, from the facts in our tables alone.

What a person has written is never touched. A biography that is still the model's is written anew when the facts have
changed; one that somebody has taken away stays away until then.
"""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator
from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from scripts.biography_facts import given
from scripts.generated_texts import Genre, Given, generate
from scripts.language_model import Prompt
from scripts.model_prose import Answer, Prose, is_judicial, nothing_judicial, words_between
from scripts.models import GeneratedText, Politician, PublicationStatus, TextKind
from scripts.script import Call, Script

INSTRUCTIONS = """
Tu rédiges, en français, la notice biographique d'un responsable politique pour un site d'information civique. Tu reçois
des faits tirés de registres publics : identité, profession, mandats et fonctions, groupes, partis, dates.

- N'écris que ce que disent ces faits. N'ajoute rien que tu saurais par ailleurs, ne déduis rien, ne suppose rien : un
  fait qui n'est pas donné n'existe pas.
- Écris de 100 à 200 mots, en un seul paragraphe. Si les faits ne suffisent pas, écris moins : ne délaie pas.
- Ton neutre et encyclopédique, à la troisième personne. Ce qui n'a pas de date de fin est en cours, au présent ; ce qui
  en a une est terminé, au passé. Si une date de décès est donnée, tout est au passé.
- Aucune opinion : ni éloge, ni critique, ni adjectif qui juge, ni « figure », « engagé » ou « reconnu ».
- Accorde les fonctions à la civilité. Écris les dates en toutes lettres : 2024-07-08 est le « 8 juillet 2024 ». Ne
  calcule rien : ni âge, ni durée, ni nombre de mandats.
- Jamais rien de judiciaire : ni affaire, ni enquête, ni procédure, ni condamnation, ni soupçon, pas même pour dire
  qu'il n'y en a pas. Rien de la vie privée, de la santé, de la religion ni des opinions, hors les partis et groupes.
- Texte simple : ni titre, ni liste, ni lien, ni balise.
"""

#: The model counts badly, and facts may be few: so a little more and rather less than it is asked for.
FEWEST, MOST = 40, 230

_EMPTY = func.coalesce(Politician.biography, "") == ""


class Biography(Answer):
    text: Annotated[Prose, words_between(FEWEST, MOST), AfterValidator(nothing_judicial)]


def run(call: Call, _: argparse.Namespace) -> None:
    generate(call, GENRE, _wanted)


def _wanted(session: Session) -> Sequence[int]:
    """Whose biography is nobody's or the model's own, the most prominent first."""
    shown = or_(Politician.publication_status.is_(None), Politician.publication_status != PublicationStatus.EXCLUDED)
    free = select(Politician.id).outerjoin(GeneratedText, _of_politician()).where(_is_free(), shown)
    return session.scalars(free.order_by(Politician.prominence.desc().nulls_last(), Politician.id)).all()


def _given(session: Session, ids: Sequence[int]) -> list[Given]:
    """Without those whose facts hold a word that a biography may not: a former procureur, say."""
    return [one for one in given(session, ids) if not is_judicial(str(one.documents))]


def _place(session: Session, politician_id: int, text: str) -> bool:
    """Somebody may have written one while the model did."""
    free = select(Politician.id).outerjoin(GeneratedText, _of_politician()).where(_is_free())
    here = (Politician.id == politician_id) & Politician.id.in_(free)
    values = {"biography": text, "updated_at": datetime.now(UTC)}
    return bool(session.scalar(update(Politician).where(here).values(values).returning(Politician.id)))


def _of_politician() -> ColumnElement[bool]:
    return and_(GeneratedText.kind == TextKind.BIOGRAPHY, GeneratedText.subject_id == Politician.id)


def _is_free() -> ColumnElement[bool]:
    return or_(_EMPTY, Politician.biography == GeneratedText.text)


GENRE = Genre(
    script="generate-biographies",
    kind=TextKind.BIOGRAPHY,
    prompt=Prompt(INSTRUCTIONS, Biography),
    given=_given,
    text=lambda biography: biography.text,
    place=_place,
)


SCRIPT = Script(
    name=GENRE.script,
    summary="Biographies of politicians who have none, by a language model.",
    run=run,
)
