"""Words that only judicial matters have. A closed list: what it lacks is not found, and nothing is guessed."""

import re

from scripts.text import fold

_STRONG = re.compile(
    r"\b("
    r"mise?s? en examen|mise?s? en cause|gardes? a vue|perquisition\w*|condamn\w*|inculp\w*|relaxee?s?|non lieu|"
    r"detentions? provisoires?|prison\w*|(avec|du) sursis|ineligibilite|(tribunal|tribunaux) correctionnels?|"
    r"cours? d assises|parquet national|enquetes? (preliminaires?|judiciaires?)|informations? judiciaires?|"
    r"(affaire|poursuite|plainte|instruction|procedure)s? (judiciaire|penale)s?|proces|"
    r"corrupt\w*|trafics? d influence|prises? illegales? d interets?|favoritisme|detourne\w*|emplois? fictifs?|"
    r"blanchi\w*|fraudes? (fiscale|electorale)s?|abus de (biens sociaux|confiance)|escroc\w*|escroquer\w*|"
    r"agressions? sexuelles?|viols?|harcelement|diffamation"
    r")\b"
)


def strong(text: str) -> bool:
    """Whether one of them stands in it, alone or with the word that makes it one."""
    return bool(_STRONG.search(fold(text)))
