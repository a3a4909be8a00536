"""Judilibre as a source: the Cour de cassation's decisions, at the State's gate for APIs (PISTE), which wants a token.

Its corpus is pseudonymised, and its terms of use forbid to say again who is who: no person is ever looked for in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import httpx

from scripts.decisions import Page, page, says, taxonomy
from scripts.errors import BadSource, NotConfigured, SourceRefused
from scripts.script import Call

MAX_BYTES = 10_000_000  # a page of 50 has some 100 kB
MAX_TOKEN_BYTES = 100_000
PAGE_SIZE = 50  # the most that it gives
MOST_PAGES = 10_000 // PAGE_SIZE  # of one search: it answers 416 beyond
SCOPE = "openid"


@dataclass(frozen=True)
class Topic:
    """A subject that matters to the site: the words that a decision holds, and the chambers that judge it."""

    key: str
    words: str
    chambers: tuple[str, ...] = ("cr", "pl")


TOPICS = (
    Topic("corruption", "corruption"),
    Topic("trafic-d-influence", "trafic d'influence"),
    Topic("prise-illegale-d-interets", "prise illégale d'intérêts"),
    Topic("favoritisme", "favoritisme"),
    Topic("detournement-de-fonds-publics", "détournement de fonds publics"),
    # The words of the law of 11 March 1988 that the decisions cite.
    Topic("financement-des-partis", "transparence financière de la vie politique"),
    Topic("comptes-de-campagne", "compte de campagne", ("cr", "civ2", "pl")),
    Topic("fraude-electorale", "fraude électorale", ("cr", "civ2", "pl")),
    Topic("ineligibilite", "inéligibilité", ("cr", "civ2", "pl")),
    Topic("diffamation", "diffamation", ("cr", "civ1", "pl")),
)


class Judilibre:
    """Raises NotConfigured where its own address would be asked and there is nobody to ask as."""

    def __init__(self, call: Call) -> None:
        self._call, self._settings = call, call.settings
        #: In memory alone, for as long as the run.
        self._token: str | None = None
        if call.source.is_folder:
            return
        for name in ("judilibre_client_id", "judilibre_client_secret"):
            if getattr(self._settings, name) is None:
                raise NotConfigured(f"{name.upper()} is not set: give the application's from piste.gouv.fr.")

    @property
    def is_folder(self) -> bool:
        """Then a topic's file holds all of it, and is one page."""
        return self._call.source.is_folder

    def search(self, topic: Topic, since: date | None, until: date | None, number: int) -> Page:
        """Decisions of these days, both included, the newest first. Raises SourceDown, SourceRefused and BadSource."""
        query: dict[str, str | Sequence[str]] = {
            "query": topic.words,
            "operator": "exact",
            "chamber": topic.chambers,
            # Without both it sorts by its score.
            "sort": "date",
            "order": "desc",
            "page_size": str(PAGE_SIZE),
            "page": str(number),
        }
        query |= {"date_start": since.isoformat()} if since else {}
        query |= {"date_end": until.isoformat()} if until else {}
        name = f"search-{topic.key}.json"
        return page(self._read(name, "search", query), name)

    def names(self, of: str) -> dict[str, str]:
        """What the Cour de cassation calls its chambers, or solutions, by their keys. Raises as `search` does."""
        name = f"taxonomy-{of}.json"
        return taxonomy(self._read(name, "taxonomy", {"id": of, "context_value": "cc"}), name)

    def _read(self, name: str, path: str, query: Mapping[str, str | Sequence[str]]) -> bytes:
        try:
            return self._ask(name, path, query)
        except SourceRefused as error:
            # A token lasts an hour; a new one that is refused as well says something else.
            if error.status != httpx.codes.UNAUTHORIZED or self._token is None:
                raise
            self._token = None
            return self._ask(name, path, query)

    def _ask(self, name: str, path: str, query: Mapping[str, str | Sequence[str]]) -> bytes:
        url = f"{self._settings.judilibre_base_url}/{path}"
        keys = {} if self.is_folder else self._keys()
        document = self._call.source.read(name, url, max_bytes=MAX_BYTES, query=query, keys=keys, says=says)
        assert document is not None, "only what is known can be unchanged"  # noqa: S101 - for the type
        return document.content

    def _keys(self) -> dict[str, str]:
        if self._token is None:
            self._token = self._new_token()
        keys = {"Authorization": f"Bearer {self._token}"}
        if self._settings.judilibre_api_key:
            keys["KeyId"] = self._settings.judilibre_api_key.get_secret_value()
        return keys

    def _new_token(self) -> str:
        id_, secret = self._settings.judilibre_client_id, self._settings.judilibre_client_secret
        form = {
            "grant_type": "client_credentials",
            "client_id": id_ or "",
            "client_secret": secret.get_secret_value() if secret else "",
            "scope": SCOPE,
        }
        where = self._settings.judilibre_oauth_url
        try:
            answer = self._call.client.post(where, form=form, max_bytes=MAX_TOKEN_BYTES)
        except SourceRefused as error:
            # What it answers in words is not shown: it may hold what it was sent.
            raise SourceRefused(
                f"{where} gives no token ({error.status or 'it cannot be asked'}): see JUDILIBRE_CLIENT_ID and "
                "JUDILIBRE_CLIENT_SECRET.",
                error.status,
            ) from error
        try:
            token = json.loads(answer.content)["access_token"]
        except (ValueError, LookupError, TypeError, RecursionError):
            token = None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or " " in token or not token:
            raise BadSource(f"{where} gives no token: its answer has no access_token that a header can carry.")
        return token
