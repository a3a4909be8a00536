"""Every script by name."""

from scripts.assign_publication_status import SCRIPT as ASSIGN_PUBLICATION_STATUS
from scripts.classify_themes import SCRIPT as CLASSIFY_THEMES
from scripts.discover_affairs import SCRIPT as DISCOVER_AFFAIRS
from scripts.generate_biographies import SCRIPT as GENERATE_BIOGRAPHIES
from scripts.generate_scrutin_summaries import SCRIPT as GENERATE_SCRUTIN_SUMMARIES
from scripts.generate_summaries import SCRIPT as GENERATE_SUMMARIES
from scripts.index_embeddings import SCRIPT as INDEX_EMBEDDINGS
from scripts.recalculate_prominence import SCRIPT as RECALCULATE_PROMINENCE
from scripts.reconcile_affairs import SCRIPT as RECONCILE_AFFAIRS
from scripts.script import Script
from scripts.sync_assemblee import SCRIPT as SYNC_ASSEMBLEE
from scripts.sync_birthdates import SCRIPT as SYNC_BIRTHDATES
from scripts.sync_careers import SCRIPT as SYNC_CAREERS
from scripts.sync_deceased import SCRIPT as SYNC_DECEASED
from scripts.sync_europarl import SCRIPT as SYNC_EUROPARL
from scripts.sync_factchecks import SCRIPT as SYNC_FACTCHECKS
from scripts.sync_gouvernement import SCRIPT as SYNC_GOUVERNEMENT
from scripts.sync_hatvp import SCRIPT as SYNC_HATVP
from scripts.sync_judilibre import SCRIPT as SYNC_JUDILIBRE
from scripts.sync_legislation import SCRIPT as SYNC_LEGISLATION
from scripts.sync_legislation_content import SCRIPT as SYNC_LEGISLATION_CONTENT
from scripts.sync_mep_parties import SCRIPT as SYNC_MEP_PARTIES
from scripts.sync_parties import SCRIPT as SYNC_PARTIES
from scripts.sync_photos import SCRIPT as SYNC_PHOTOS
from scripts.sync_president import SCRIPT as SYNC_PRESIDENT
from scripts.sync_press import SCRIPT as SYNC_PRESS
from scripts.sync_press_analysis import SCRIPT as SYNC_PRESS_ANALYSIS
from scripts.sync_senat import SCRIPT as SYNC_SENAT
from scripts.sync_votes_an import SCRIPT as SYNC_VOTES_AN
from scripts.sync_votes_senat import SCRIPT as SYNC_VOTES_SENAT
from scripts.sync_wikidata_ids import SCRIPT as SYNC_WIKIDATA_IDS

SCRIPTS: dict[str, Script] = {
    script.name: script
    for script in (
        SYNC_ASSEMBLEE,
        SYNC_SENAT,
        SYNC_GOUVERNEMENT,
        SYNC_PRESIDENT,
        SYNC_EUROPARL,
        SYNC_WIKIDATA_IDS,
        SYNC_PHOTOS,
        SYNC_BIRTHDATES,
        SYNC_CAREERS,
        SYNC_PARTIES,
        SYNC_MEP_PARTIES,
        SYNC_HATVP,
        SYNC_DECEASED,
        DISCOVER_AFFAIRS,
        SYNC_VOTES_AN,
        SYNC_VOTES_SENAT,
        SYNC_LEGISLATION,
        SYNC_LEGISLATION_CONTENT,
        SYNC_PRESS,
        SYNC_FACTCHECKS,
        SYNC_JUDILIBRE,
        GENERATE_BIOGRAPHIES,
        GENERATE_SUMMARIES,
        GENERATE_SCRUTIN_SUMMARIES,
        CLASSIFY_THEMES,
        SYNC_PRESS_ANALYSIS,
        INDEX_EMBEDDINGS,
        RECALCULATE_PROMINENCE,
        ASSIGN_PUBLICATION_STATUS,
        RECONCILE_AFFAIRS,
    )
}
