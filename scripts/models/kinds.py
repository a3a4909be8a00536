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
