"""Whether a text speaks of justice, in French or (for Politico) in English: what no model need be asked about."""

import re

from scripts.text import fold

#: Strong: hardly ever said of anything but a case.
_STRONG = """
    mise? en examen, mises? en examen, mises? en cause, garde a vue, gardes a vue, temoin assiste, non lieu,
    controle judiciaire, detention provisoire, ordonnance de renvoi, renvoye[es]* devant, juges? d instruction,
    information judiciaire, enquete preliminaire, enquete judiciaire, instruction judiciaire, classee? sans suite,
    perquisition(ne|nee?s?|s)?, requisitoire, tribunal correctionnel, tribunal judiciaire, cour d assises,
    cour d appel, cour de cassation, cour de justice de la republique, parquet( national)? financier, pnf,
    procureure?, prison (ferme|avec sursis), (avec|de) sursis, ineligibilite, relaxee?s?, mandat d arret,
    prise illegale d interets?, trafic d influence, detournements? de fonds( publics)?, abus de biens sociaux,
    abus de confiance, abus de faiblesse, emplois? fictifs?, financement illegal, favoritisme, corruption, concussion,
    recel, blanchiment, fraude fiscale, fraude electorale, escroquerie, faux en ecriture, agressions? sexuelles?,
    viols?, harcelement, violences conjugales, violences sexuelles, diffamation, injures? publiques?,
    provocation a la haine, incitation a la haine, indicted, indictment, prosecutors?, embezzlement, money laundering,
    bribery, criminal (charges|investigation|probe)
"""
#: Weak: said of many other things, too.
_WEAK = """
    justice, judiciaires?, parquet, tribunal, tribunaux, juges?, jugees?, magistrate?s?, avocate?s?, proces, audience,
    plaintes?, incarceree?s?, incarceration, ecrouee?s?, emprisonnee?s?, emprisonnement,
    porter plainte, enquetes?, enqueteurs?, enquetrices?, accuse[es]*, accusations?, soupconnee?s?, soupcons?,
    condamnee?s?, condamnations?, coupables?, victimes?, delits?, peines?, amende, prison, prevenue?s?, poursuivie?s?,
    poursuites?, affaire judiciaire, scandale, illegale?s?, illegaux, fraude, denoncee?s?, signalement, haute autorite,
    trial, convicted, sentenced, lawsuit, fraud
"""


def _any_of(phrases: str) -> re.Pattern[str]:
    one_of = "|".join(phrase.strip().replace("\n", " ") for phrase in phrases.split(","))
    return re.compile(rf"\b(?:{one_of})\b")


_TIERS = ((2, _any_of(_STRONG)), (1, _any_of(_WEAK)))


def tier(text: str) -> int:
    """0: none of these words stands in it; 1: weak ones alone; 2: a strong one."""
    folded = fold(text)
    return next((tier for tier, words in _TIERS if words.search(folded)), 0)


def strong(text: str) -> bool:
    return tier(text) == 2


def beginnings(text: str) -> set[str]:
    """Of each of these words in it: « avocat » and « avocates » begin alike."""
    folded = fold(text)
    return {found[0][:4] for _, words in _TIERS for found in words.finditer(folded)}
