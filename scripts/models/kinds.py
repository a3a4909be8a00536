"""The words that columns may hold."""

from enum import StrEnum


class Chamber(StrEnum):
    ASSEMBLEE_NATIONALE = "ASSEMBLEE_NATIONALE"
    SENAT = "SENAT"
    PARLEMENT_EUROPEEN = "PARLEMENT_EUROPEEN"


class IdSource(StrEnum):
    """Who gave a politician an id."""

    ASSEMBLEE_NATIONALE = "ASSEMBLEE_NATIONALE"
    SENAT = "SENAT"
    PARLEMENT_EUROPEEN = "PARLEMENT_EUROPEEN"
    #: The lists of governments have ids of their own, and the presidents' list has the slug.
    GOUVERNEMENT = "GOUVERNEMENT"
    PRESIDENCE = "PRESIDENCE"
    HATVP = "HATVP"
    WIKIDATA = "WIKIDATA"


class Office(StrEnum):
    """What a mandate is."""

    PRESIDENT = "PRESIDENT"
    PREMIER_MINISTRE = "PREMIER_MINISTRE"
    MINISTRE_ETAT = "MINISTRE_ETAT"
    MINISTRE = "MINISTRE"
    MINISTRE_DELEGUE = "MINISTRE_DELEGUE"
    SECRETAIRE_ETAT = "SECRETAIRE_ETAT"
    DEPUTE = "DEPUTE"
    SENATEUR = "SENATEUR"
    DEPUTE_EUROPEEN = "DEPUTE_EUROPEEN"
    PRESIDENT_REGION = "PRESIDENT_REGION"
    PRESIDENT_DEPARTEMENT = "PRESIDENT_DEPARTEMENT"
    MAIRE = "MAIRE"
    CONSEILLER_REGIONAL = "CONSEILLER_REGIONAL"
    CONSEILLER_DEPARTEMENTAL = "CONSEILLER_DEPARTEMENTAL"
    AUTRE = "AUTRE"


#: Of the members of a government, as the lists of governments and the HATVP count them.
GOVERNMENT = frozenset(
    {
        Office.PREMIER_MINISTRE, Office.MINISTRE_ETAT, Office.MINISTRE, Office.MINISTRE_DELEGUE,
        Office.SECRETAIRE_ETAT,
    }
)  # fmt: skip


class PhotoSource(StrEnum):
    ASSEMBLEE_NATIONALE = "ASSEMBLEE_NATIONALE"
    SENAT = "SENAT"
    GOUVERNEMENT = "GOUVERNEMENT"
    HATVP = "HATVP"
    WIKIDATA = "WIKIDATA"


class PublicationStatus(StrEnum):
    """Whether the site shows a politician's page."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    ARCHIVED = "ARCHIVED"
    EXCLUDED = "EXCLUDED"


class PartyRole(StrEnum):
    MEMBER = "MEMBER"
    LEADER = "LEADER"
    FOUNDER = "FOUNDER"


class FileStatus(StrEnum):
    """How far a legislative file is."""

    DEPOSE = "DEPOSE"
    EN_COMMISSION = "EN_COMMISSION"
    EN_COURS = "EN_COURS"
    CONSEIL_CONSTITUTIONNEL = "CONSEIL_CONSTITUTIONNEL"
    ADOPTE = "ADOPTE"
    REJETE = "REJETE"
    RETIRE = "RETIRE"
    CADUQUE = "CADUQUE"


class Outcome(StrEnum):
    ADOPTED = "ADOPTED"
    REJECTED = "REJECTED"


class Position(StrEnum):
    POUR = "POUR"
    CONTRE = "CONTRE"
    ABSTENTION = "ABSTENTION"
    NON_VOTANT = "NON_VOTANT"


class MatchedBy(StrEnum):
    """How sure a mention is: a whole name, or a last name that only one politician has."""

    FULL_NAME = "FULL_NAME"
    LAST_NAME = "LAST_NAME"


class Offence(StrEnum):
    """What an affair is about."""

    CORRUPTION = "CORRUPTION"
    TRAFIC_INFLUENCE = "TRAFIC_INFLUENCE"
    PRISE_ILLEGALE_INTERETS = "PRISE_ILLEGALE_INTERETS"
    FAVORITISME = "FAVORITISME"
    DETOURNEMENT_FONDS_PUBLICS = "DETOURNEMENT_FONDS_PUBLICS"
    EMPLOI_FICTIF = "EMPLOI_FICTIF"
    FINANCEMENT_ILLEGAL = "FINANCEMENT_ILLEGAL"
    FRAUDE_FISCALE = "FRAUDE_FISCALE"
    FRAUDE_ELECTORALE = "FRAUDE_ELECTORALE"
    BLANCHIMENT = "BLANCHIMENT"
    ABUS_BIENS_SOCIAUX = "ABUS_BIENS_SOCIAUX"
    ABUS_CONFIANCE = "ABUS_CONFIANCE"
    ESCROQUERIE = "ESCROQUERIE"
    FAUX = "FAUX"
    VIOLENCES = "VIOLENCES"
    AGRESSION_SEXUELLE = "AGRESSION_SEXUELLE"
    HARCELEMENT = "HARCELEMENT"
    INCITATION_HAINE = "INCITATION_HAINE"
    DIFFAMATION = "DIFFAMATION"
    AUTRE = "AUTRE"


class Stage(StrEnum):
    """How far justice is with an affair."""

    ENQUETE = "ENQUETE"
    MISE_EN_EXAMEN = "MISE_EN_EXAMEN"
    RENVOI = "RENVOI"
    PROCES = "PROCES"
    CONDAMNATION_PREMIERE_INSTANCE = "CONDAMNATION_PREMIERE_INSTANCE"
    APPEL = "APPEL"
    CONDAMNATION_DEFINITIVE = "CONDAMNATION_DEFINITIVE"
    RELAXE = "RELAXE"
    NON_LIEU = "NON_LIEU"
    PRESCRIPTION = "PRESCRIPTION"
    CLASSEMENT_SANS_SUITE = "CLASSEMENT_SANS_SUITE"
    INCONNU = "INCONNU"


class AffairOrigin(StrEnum):
    """Where an affair was found first."""

    WIKIDATA = "WIKIDATA"
    WIKIPEDIA = "WIKIPEDIA"
    PRESS = "PRESS"


class Confidence(StrEnum):
    """How sure it is that two affairs are one."""

    CERTAIN = "CERTAIN"
    HIGH = "HIGH"
    POSSIBLE = "POSSIBLE"


class Rating(StrEnum):
    """What a fact-check found, whatever its publisher calls it."""

    TRUE = "TRUE"
    MOSTLY_TRUE = "MOSTLY_TRUE"
    HALF_TRUE = "HALF_TRUE"
    MISLEADING = "MISLEADING"
    OUT_OF_CONTEXT = "OUT_OF_CONTEXT"
    MOSTLY_FALSE = "MOSTLY_FALSE"
    FALSE = "FALSE"
    UNVERIFIABLE = "UNVERIFIABLE"


class Theme(StrEnum):
    """The site's thirteen."""

    ECONOMIE_BUDGET = "ECONOMIE_BUDGET"
    SOCIAL_TRAVAIL = "SOCIAL_TRAVAIL"
    SECURITE_JUSTICE = "SECURITE_JUSTICE"
    ENVIRONNEMENT_ENERGIE = "ENVIRONNEMENT_ENERGIE"
    SANTE = "SANTE"
    EDUCATION_CULTURE = "EDUCATION_CULTURE"
    INSTITUTIONS = "INSTITUTIONS"
    AFFAIRES_ETRANGERES_DEFENSE = "AFFAIRES_ETRANGERES_DEFENSE"
    NUMERIQUE_TECH = "NUMERIQUE_TECH"
    IMMIGRATION = "IMMIGRATION"
    AGRICULTURE_ALIMENTATION = "AGRICULTURE_ALIMENTATION"
    LOGEMENT_URBANISME = "LOGEMENT_URBANISME"
    TRANSPORTS = "TRANSPORTS"


class ThemedBy(StrEnum):
    """Who said what the theme is. No script changes what a person has said."""

    RULE = "RULE"
    MODEL = "MODEL"
    PERSON = "PERSON"


class TextKind(StrEnum):
    """What a language model has written."""

    BIOGRAPHY = "BIOGRAPHY"
    FILE_SUMMARY = "FILE_SUMMARY"
    SCRUTIN_SUMMARY = "SCRUTIN_SUMMARY"


class EntityType(StrEnum):
    """What the index for search by meaning holds."""

    POLITICIAN = "POLITICIAN"
    PARTY = "PARTY"
    AFFAIR = "AFFAIR"
    DOSSIER = "DOSSIER"
    SCRUTIN = "SCRUTIN"
    FACTCHECK = "FACTCHECK"
    PRESS_ARTICLE = "PRESS_ARTICLE"
