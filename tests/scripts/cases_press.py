"""The analysis of press articles: their pages, and the model that is asked."""

from scripts import article_text
from tests.scripts.articles import COURT, FILLER, Told, page, stored
from tests.scripts.matrix import Case, ModelCase
from tests.scripts.model_server import KEY
from tests.scripts.sites import Site

_ARTICLES = (Told("Un budget", feed="lcp"), Told("Des écoles", feed="lcp"))
_MAIN, _OTHER = (told.page(n) for n, told in enumerate(_ARTICLES, start=1))


def _with_a_key(site: Site) -> None:
    """The model is never asked: no judicial word stands in any of them."""
    site.settings |= {"LLM_API_KEY": KEY, "LLM_BASE_URL": "http://127.0.0.1:9/v1"}
    stored(*_ARTICLES)(site)


CASES = [
    Case(
        script="sync-press-analysis",
        documents={_MAIN: page(FILLER), _OTHER: page(FILLER)},
        main=_MAIN,
        good=2,
        counter="articlesAnalyzed",
        malformed=page("Trop court."),
        empty="",
        foreign=page(FILLER).encode("cp1252"),
        too_large=article_text.MAX_BYTES,
        before=_with_a_key,
        # An article is analysed once: where its page cannot be read, on title and excerpt.
        empty_is=0,
        remembers=False,
        reads_again=False,
        optional=True,
        bad_as="scrapeErrors",
        counted_as="scrapeErrors",
        down_is=0,
        written=("articlesAnalyzed", "affairsCreated", "affairsEnriched"),
    )
]
MODEL_CASES = [
    ModelCase(
        script="sync-press-analysis",
        before=stored(*(Told(f"Ada Lune au tribunal, jour {n}", COURT) for n in range(3))),
        good={
            "is_judicial": True,
            "politicians": [{"slug": "ada-lune", "part": "accused", "offence": "FAUX", "stage": "PROCES"}],
        },
        counter="articlesAnalyzed",
    )
]
