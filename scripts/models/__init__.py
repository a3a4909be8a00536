"""The site's tables that the bundled scripts write. Each has its source's own key, which every write upserts on."""

from scripts.models.kinds import (
    GOVERNMENT,
    Chamber,
    FileStatus,
    IdSource,
    MatchedBy,
    Office,
    Outcome,
    PartyRole,
    PhotoSource,
    Position,
    PublicationStatus,
)
from scripts.models.law import LegislativeFile, Scrutin, Vote
from scripts.models.people import (
    Declaration,
    Doubt,
    ExternalId,
    Mandate,
    Party,
    PartyMembership,
    PoliticalGroup,
    Politician,
)
from scripts.models.press import PressArticle, PressMention
from scripts.models.row import Row, UtcDateTime
from scripts.models.sources import SyncMetadata

__all__ = [
    "GOVERNMENT",
    "Chamber",
    "Declaration",
    "Doubt",
    "ExternalId",
    "FileStatus",
    "IdSource",
    "LegislativeFile",
    "Mandate",
    "MatchedBy",
    "Office",
    "Outcome",
    "Party",
    "PartyMembership",
    "PartyRole",
    "PhotoSource",
    "PoliticalGroup",
    "Politician",
    "Position",
    "PressArticle",
    "PressMention",
    "PublicationStatus",
    "Row",
    "Scrutin",
    "SyncMetadata",
    "UtcDateTime",
    "Vote",
]
