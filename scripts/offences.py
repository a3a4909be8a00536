"""What an affair is about, and how far justice is with it: by words from closed tables, and never by a model.

Words are compared as `fold` spells them. What no word says is AUTRE or INCONNU: to say too little of somebody does less
harm than to say too much.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import IntEnum
from typing import TypeVar

from scripts.models import Offence, Stage
from scripts.text import fold

#: Items of Wikidata, with their labels there. Only those that could be looked up: a known public table of such items
#: has the Euler characteristic for corruption and John Ruskin for tax fraud. Any other item is known by its label.
ITEMS = {
    "Q365680": Offence.VIOLENCES,  # assault, « voie de fait »
    "Q47092": Offence.AGRESSION_SEXUELLE,  # rape, « viol »
}

OFFENCES: dict[str, Offence] = {
    "trafic d influence": Offence.TRAFIC_INFLUENCE,
    "prise illegale d interet": Offence.PRISE_ILLEGALE_INTERETS,
    "prise illegale d interets": Offence.PRISE_ILLEGALE_INTERETS,
    "prises illegales d interets": Offence.PRISE_ILLEGALE_INTERETS,
    "favoritisme": Offence.FAVORITISME,
    "detournement de fonds publics": Offence.DETOURNEMENT_FONDS_PUBLICS,
    "detournements de fonds publics": Offence.DETOURNEMENT_FONDS_PUBLICS,
    "detournement de biens publics": Offence.DETOURNEMENT_FONDS_PUBLICS,
    "emploi fictif": Offence.EMPLOI_FICTIF,
    "emplois fictifs": Offence.EMPLOI_FICTIF,
    "financement illegal": Offence.FINANCEMENT_ILLEGAL,
    "financement illicite": Offence.FINANCEMENT_ILLEGAL,
    "financement occulte": Offence.FINANCEMENT_ILLEGAL,
    "blanchiment": Offence.BLANCHIMENT,  # before the fraud that was laundered
    "fraude fiscale": Offence.FRAUDE_FISCALE,
    "evasion fiscale": Offence.FRAUDE_FISCALE,
    "fraude electorale": Offence.FRAUDE_ELECTORALE,
    "fraudes electorales": Offence.FRAUDE_ELECTORALE,
    "abus de biens sociaux": Offence.ABUS_BIENS_SOCIAUX,
    "abus de confiance": Offence.ABUS_CONFIANCE,
    "escroquerie": Offence.ESCROQUERIE,
    "escroqueries": Offence.ESCROQUERIE,
    "faux et usage de faux": Offence.FAUX,
    "faux en ecriture": Offence.FAUX,
    "faux en ecritures": Offence.FAUX,
    "agression sexuelle": Offence.AGRESSION_SEXUELLE,
    "agressions sexuelles": Offence.AGRESSION_SEXUELLE,
    "viol": Offence.AGRESSION_SEXUELLE,
    "viols": Offence.AGRESSION_SEXUELLE,
    "harcelement": Offence.HARCELEMENT,
    "violences": Offence.VIOLENCES,
    "violence conjugale": Offence.VIOLENCES,
    "coups et blessures": Offence.VIOLENCES,
    "incitation a la haine": Offence.INCITATION_HAINE,
    "provocation a la haine": Offence.INCITATION_HAINE,
    "injure raciale": Offence.INCITATION_HAINE,
    "injures raciales": Offence.INCITATION_HAINE,
    "diffamation": Offence.DIFFAMATION,
    "corruption": Offence.CORRUPTION,
}

STAGES: dict[str, Stage] = {
    "condamnation definitive": Stage.CONDAMNATION_DEFINITIVE,
    "definitivement condamne": Stage.CONDAMNATION_DEFINITIVE,
    "definitivement condamnee": Stage.CONDAMNATION_DEFINITIVE,
    "condamne definitivement": Stage.CONDAMNATION_DEFINITIVE,
    "condamnee definitivement": Stage.CONDAMNATION_DEFINITIVE,
    # At least that: the word alone does not say that it is final.
    "condamnation": Stage.CONDAMNATION_PREMIERE_INSTANCE,
    "condamnations": Stage.CONDAMNATION_PREMIERE_INSTANCE,
    "condamne": Stage.CONDAMNATION_PREMIERE_INSTANCE,
    "condamnee": Stage.CONDAMNATION_PREMIERE_INSTANCE,
    "relaxe": Stage.RELAXE,
    "relaxee": Stage.RELAXE,
    "acquittement": Stage.RELAXE,
    "acquitte": Stage.RELAXE,
    "acquittee": Stage.RELAXE,
    "non lieu": Stage.NON_LIEU,
    "prescription": Stage.PRESCRIPTION,
    "prescrits": Stage.PRESCRIPTION,
    "classement sans suite": Stage.CLASSEMENT_SANS_SUITE,
    "classe sans suite": Stage.CLASSEMENT_SANS_SUITE,
    "classee sans suite": Stage.CLASSEMENT_SANS_SUITE,
    "interjette appel": Stage.APPEL,
    "fait appel": Stage.APPEL,
    "renvoi devant le tribunal": Stage.RENVOI,
    "renvoye devant le tribunal": Stage.RENVOI,
    "renvoyee devant le tribunal": Stage.RENVOI,
    "proces": Stage.PROCES,
    "mise en examen": Stage.MISE_EN_EXAMEN,
    "mises en examen": Stage.MISE_EN_EXAMEN,
    "mis en examen": Stage.MISE_EN_EXAMEN,
    "enquete": Stage.ENQUETE,
    "enquetes": Stage.ENQUETE,
    "garde a vue": Stage.ENQUETE,
}

#: Stages that end an affair without anybody being found guilty.
CLEARED = (Stage.RELAXE, Stage.NON_LIEU, Stage.PRESCRIPTION, Stage.CLASSEMENT_SANS_SUITE)


class Severity(IntEnum):
    """How much an affair weighs in a politician's prominence."""

    MINOR = 1
    SERIOUS = 2
    GRAVE = 3


#: Breaches of probity in office, and what is done to somebody's body, weigh most.
SEVERITY: dict[Offence, Severity] = {
    **dict.fromkeys(Offence, Severity.SERIOUS),
    **dict.fromkeys(
        (
            Offence.CORRUPTION,
            Offence.TRAFIC_INFLUENCE,
            Offence.PRISE_ILLEGALE_INTERETS,
            Offence.FAVORITISME,
            Offence.DETOURNEMENT_FONDS_PUBLICS,
            Offence.AGRESSION_SEXUELLE,
            Offence.VIOLENCES,
        ),
        Severity.GRAVE,
    ),
    Offence.DIFFAMATION: Severity.MINOR,
    Offence.AUTRE: Severity.MINOR,
}

#: What a heading of a judicial section has, and what it may not have: words of politics about the same things.
JUDICIAL = (
    *("judiciaire", "judiciaires", "condamnation", "condamnations", "mise en examen", "mises en examen", "proces"),
    *("garde a vue", "mise en cause", "mises en cause", "poursuites", "plainte", "plaintes", "enquete preliminaire"),
)
POLITICAL = (
    *("reforme", "reformes", "carriere", "parcours", "commission", "ministre", "ministere", "loi", "lutte", "police"),
    *("magistrat", "magistrate", "etudes", "formation", "verbal"),
)
#: To whom something was done: a section with such a heading is no affair of theirs.
HARMED = ("victime", "victimes", "partie civile", "parties civiles", "plaignant", "plaignante")
#: Something was taken back: a stage that accuses is none any more.
UNDONE = (
    *("annule", "annulee", "annulees", "annulation", "infirme", "infirmee", "hors de cause", "innocente", "innocentee"),
    *("blanchi", "blanchie", "disculpe", "disculpee", "amnistie", "amnistiee", "rehabilite", "rehabilitee"),
)

Word = TypeVar("Word", Offence, Stage)


def offence(title: str, text: str = "") -> Offence:
    """What the title names first, or else the only one that the text names."""
    if found := _OFFENCES.search(fold(title)):
        return OFFENCES[found[0]]
    said = _said(_OFFENCES, OFFENCES, text)
    return said.pop() if len(said) == 1 else Offence.AUTRE


def stage(title: str, text: str = "") -> Stage:
    """The only one that the title says, or else the text.

    What is denied (« n'a jamais été mis en examen ») is not said, nor what was undone (« condamnation annulée »).
    """
    is_undone = _UNDONE.search(fold(f"{title} {text}"))
    for words in (title, text):
        if said := _said(_STAGES, STAGES, _OF_OTHERS.sub(" ", words)):
            is_one = len(said) == 1 and (said <= {*CLEARED} or not is_undone)
            return said.pop() if is_one else Stage.INCONNU
    return Stage.INCONNU


def is_judicial(heading: str) -> bool:
    words = fold(heading)
    return bool(_JUDICIAL.search(words)) and not _POLITICAL.search(words)


def is_of_somebody_harmed(heading: str) -> bool:
    return bool(_HARMED.search(fold(heading)))


def _said(which: re.Pattern[str], table: Mapping[str, Word], text: str) -> set[Word]:
    """But for what is denied."""
    words = fold(text)
    found = which.finditer(words)
    return {table[one[0]] for one in found if not _DENIED.search(words[max(one.start() - 40, 0) : one.start()])}


def _any(words: tuple[str, ...] | Mapping[str, object]) -> re.Pattern[str]:
    """Whole words, of several the longest."""
    return re.compile(rf"\b(?:{'|'.join(sorted(words, key=len, reverse=True))})\b")


_OFFENCES, _STAGES, _JUDICIAL, _POLITICAL = _any(OFFENCES), _any(STAGES), _any(JUDICIAL), _any(POLITICAL)
_HARMED, _UNDONE = _any(HARMED), _any(UNDONE)
_DENIED = re.compile(r"\b(?:pas|jamais|sans|ni|aucune?)(?: \w+){0,2} $")
# Without an accent it is what somebody says of others (but « le condamne » is a judge's), or does with a debt.
_OF_OTHERS = re.compile(r"(?<!\ble )(?<!\bla )\bcondamne\b|\bs['’]acquitte\b")
