"""Which of the site's themes a law or a vote has, by rule: from the procedure, or from words of its title.

The rules decide only what is beyond doubt. A title with words of two themes has none by rule.
"""

import re

from scripts.models import Theme
from scripts.text import fold

#: By how the procedure's name begins, as the Assemblée words it, folded.
_PROCEDURES = {
    "projet de loi de finances": Theme.ECONOMIE_BUDGET,
    "projet de loi de financement de la securite sociale": Theme.SOCIAL_TRAVAIL,
    "projet de ratification des traites": Theme.AFFAIRES_ETRANGERES_DEFENSE,
    "projet ou proposition de loi constitutionnelle": Theme.INSTITUTIONS,
}

#: Kinds of law, whatever the title says else; the first that fits decides.
_LAWS = (
    (r"financement (rectificative )?de la securite sociale", Theme.SOCIAL_TRAVAIL),
    (r"lois? de finances|reglement du budget", Theme.ECONOMIE_BUDGET),
    (
        r"(approbation|ratification) (de l |des |du |de la )?(accord|convention|traite|protocole|avenant)s?",
        Theme.AFFAIRES_ETRANGERES_DEFENSE,
    ),
    (r"loi constitutionnelle|motion de censure|declaration de politique generale", Theme.INSTITUTIONS),
)

#: Words of a title, folded; a star stands for any ending. One is enough, where no other theme has one.
_WORDS = {
    Theme.ECONOMIE_BUDGET: "impot impots fiscal* tva budget* banque banques bancaire* epargne douan* "
    "entreprise entreprises pme",
    Theme.SOCIAL_TRAVAIL: "retraite retraites salarie* salaire* chomage licenciement* syndical* syndicaux handicap* "
    "code_du_travail droit_du_travail",
    Theme.SECURITE_JUSTICE: "police policier* gendarm* penal penale penales penaux delinquan* terroris* "
    "prison prisons penitentiaire* magistrat* narcotrafic* criminel* criminalite detention recidiv* cambriol*",
    Theme.ENVIRONNEMENT_ENERGIE: "climat climatique* ecologi* biodiversite nucleaire* energie* energetique* "
    "electricite eolien* dechet* pollu* plastique* ressource_en_eau",
    Theme.SANTE: "sante hopital hopitaux hospital* medecin* medecine medical* medicament* pharmaci* patient patients "
    "infirmier* cancer* vaccin* soins",
    Theme.EDUCATION_CULTURE: "ecole ecoles scolaire* enseignant* enseignement universit* etudiant* lycee* musee* "
    "bibliotheque* patrimoine_culturel spectacle_vivant",
    Theme.INSTITUTIONS: "electoral* electorale* elections eligib* ineligib* parlementaire* referendum* "
    "constitutionnel* de_la_constitution conseillers_municipaux conseils_municipaux mode_de_scrutin",
    Theme.AFFAIRES_ETRANGERES_DEFENSE: "militaire* armees otan diplomat* anciens_combattants programmation_militaire",
    Theme.NUMERIQUE_TECH: "numerique* internet algorithm* intelligence_artificielle cyber* reseaux_sociaux",
    Theme.IMMIGRATION: "immigration immigre* droit_d_asile demandeurs_d_asile naturalisation sejour_irregulier "
    "etrangers_en_situation titre_de_sejour titres_de_sejour",
    Theme.AGRICULTURE_ALIMENTATION: "agricole* agricult* eleveur* elevage* denrees_alimentaires alimentation "
    "viticol* viticult* pesticide*",
    Theme.LOGEMENT_URBANISME: "logement* loyer* locataire* urbanisme hlm copropriete* habitat",
    Theme.TRANSPORTS: "transports ferroviaire* sncf autoroute* autoroutier* cycliste* aerien* automobile* routier* "
    "routiere*",
}


def _pattern(words: str) -> re.Pattern[str]:
    ways = "|".join(word.replace("_", " ").replace("*", "[a-z]*") for word in words.split())
    return re.compile(rf"\b({ways})\b")


_PATTERNS = {theme: _pattern(words) for theme, words in _WORDS.items()}
_LAW_PATTERNS = [(re.compile(rf"\b({law})\b"), theme) for law, theme in _LAWS]

_LAW = re.compile(r"\b(?:projet|proposition) de (?:loi|resolution)\b.*")
_READING = re.compile(r" (premiere|nouvelle|deuxieme|seconde) lecture$| lecture definitive$| texte de la commission .*")
_OPENING = re.compile(
    r"(?:projet|proposition) de loi (?:adoptee? par (?:le senat|l assemblee nationale) )?"
    r"(?:visant a |relatif a |relative a |tendant a |portant )?"
)


def theme_by_rule(title: str, procedure: str = "") -> Theme | None:
    how = fold(procedure)
    by_procedure = next((theme for begins, theme in _PROCEDURES.items() if how.startswith(begins)), None)
    folded = fold(title)
    by_law = next((theme for pattern, theme in _LAW_PATTERNS if pattern.search(folded)), None)
    if by_procedure or by_law:
        return by_procedure or by_law
    fitting = [theme for theme, pattern in _PATTERNS.items() if pattern.search(folded)]
    return fitting[0] if len(fitting) == 1 else None


def law_of(title: str) -> str:
    """The law that a title is about, folded: « l'amendement n° 12 à l'article 3 de la proposition de loi relative à la
    protection des phares (première lecture) » is about « la protection des phares », as the law's own file is.
    """
    folded = fold(title)
    found = _LAW.search(folded)
    law = _READING.sub("", found[0]) if found else folded
    return _OPENING.sub("", law, count=1) or folded
