"""Every script by name: those of this release, and those that have a place kept."""

from scripts.script import Script
from scripts.sync_assemblee import SCRIPT as SYNC_ASSEMBLEE
from scripts.sync_legislation import SCRIPT as SYNC_LEGISLATION
from scripts.sync_legislation_content import SCRIPT as SYNC_LEGISLATION_CONTENT
from scripts.sync_press import SCRIPT as SYNC_PRESS
from scripts.sync_votes_an import SCRIPT as SYNC_VOTES_AN

SCRIPTS: dict[str, Script] = {
    script.name: script
    for script in (SYNC_ASSEMBLEE, SYNC_VOTES_AN, SYNC_LEGISLATION, SYNC_LEGISLATION_CONTENT, SYNC_PRESS)
}

# The site's catalog has these already, so that its groups and its day are whole; each ends as "not configured".
NOT_YET: dict[str, str] = {
    "sync-senat": "the senators, from senat.fr",
    "sync-gouvernement": "the members of the governments, from data.gouv.fr",
    "sync-president": "the presidents of the Republic",
    "sync-europarl": "the French members of the European Parliament",
    "sync-wikidata-ids": "the politicians' Wikidata ids",
    "sync-photos": "the politicians' photos",
    "sync-birthdates": "dates of birth, from Wikidata",
    "sync-careers": "past mandates, from Wikidata",
    "sync-parties": "parties, from Wikidata",
    "sync-mep-parties": "the parties of members of the European Parliament, from Wikidata",
    "sync-hatvp": "declarations of interests and assets, from hatvp.fr",
    "sync-deceased": "dates of death, from Wikidata",
    "sync-votes-senat": "the public votes of the Sénat",
    "sync-press-analysis": "the analysis of press articles by a language model",
    "sync-factchecks": "fact-checks, from Google Fact Check Tools",
    "sync-judilibre": "decisions of the Cour de cassation",
    "discover-affairs": "judicial affairs, from Wikidata and Wikipedia",
    "reconcile-affairs": "the merging of affairs that are the same",
    "generate-biographies": "biographies by a language model",
    "generate-summaries": "summaries of legislative files by a language model",
    "generate-scrutin-summaries": "summaries of public votes by a language model",
    "classify-themes": "the themes of files and votes",
    "index-embeddings": "the index for search by meaning",
    "recalculate-prominence": "the politicians' prominence scores",
    "assign-publication-status": "the politicians' publication status",
}
