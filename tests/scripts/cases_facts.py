"""Fact-checks, and decisions of the Cour de cassation."""

from scripts import judilibre, sync_factchecks
from tests.scripts.court import SECRETS, decision, page, taxonomies
from tests.scripts.fact_checks import KEY, claim, claims, review
from tests.scripts.matrix import Case
from tests.scripts.sites import Site
from tests.scripts.wikidata_people import politician

_CLAIMS = [claim(f"Ombeline Nom1 aurait dit « {n} »", review(f"https://verif.example/{n}")) for n in range(3)]
_SEARCH = "search-corruption.json"
_DECISIONS = [decision(n, f"2025-11-{n:02d}") for n in range(1, 4)]


def _with_google(site: Site) -> None:
    for number in range(1, 4):
        politician(site, number)
    site.settings["GOOGLE_FACTCHECK_API_KEY"] = KEY


def _with_court(site: Site) -> None:
    """The gate that gives tokens is on the same server."""
    site.settings |= SECRETS
    site.settings["JUDILIBRE_OAUTH_URL"] = site.always[0].removeprefix("--source-url=").rstrip("/") + "/token"


CASES = [
    Case(
        script="sync-factchecks",
        documents={"ombeline-nom1.json": claims(*_CLAIMS), "ombeline-nom2.json": "{}", "ombeline-nom3.json": "{}"},
        main="ombeline-nom1.json",
        good=3,
        counter="factChecksCreated",
        malformed=claims(*_CLAIMS, {"text": "Ombeline Nom1 n'est jugée par personne"}),
        empty="{}",
        # That nothing was found of somebody is no fault.
        empty_is=0,
        foreign=claims(*_CLAIMS).encode("latin-1"),
        too_large=sync_factchecks.MAX_BYTES,
        before=_with_google,
        remembers=False,
        written=("factChecksCreated", "factChecksUpdated", "mentionsCreated"),
    ),
    Case(
        script="sync-judilibre",
        documents={
            **{f"search-{topic.key}.json": page() for topic in judilibre.TOPICS},
            **taxonomies(),
            _SEARCH: page(*_DECISIONS),
            "token": '{"access_token": "abc", "token_type": "Bearer", "expires_in": 3600}',
        },
        main=_SEARCH,
        good=3,
        counter="decisionsCreated",
        malformed=page(*_DECISIONS, {**decision(4), "decision_date": "un jour"}),
        empty=page(),
        foreign=page(*_DECISIONS).encode("latin-1"),
        too_large=judilibre.MAX_BYTES,
        before=_with_court,
        remembers=False,
        written=("decisionsCreated", "decisionsUpdated"),
    ),
]
