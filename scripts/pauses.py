"""How long a host is left alone between two requests."""

import time

#: Seconds between two requests to a host, as its people ask for or as we would have them ask (SOURCES.md A.0).
PAUSES = {
    "data.assemblee-nationale.fr": 0.3,
    "www.assemblee-nationale.fr": 0.3,
    "www.senat.fr": 0.2,
    "data.senat.fr": 0.2,
    "archive.nossenateurs.fr": 0.2,
    "www.data.gouv.fr": 0.2,
    "static.data.gouv.fr": 0.2,
    "data.europarl.europa.eu": 0.2,
    "www.hatvp.fr": 0.2,
    "www.wikidata.org": 0.2,
    "query.wikidata.org": 0.3,
    "commons.wikimedia.org": 0.2,
    "upload.wikimedia.org": 0.2,
    "fr.wikipedia.org": 0.2,
    "factchecktools.googleapis.com": 0.2,
    "oauth.piste.gouv.fr": 0.5,
    "api.piste.gouv.fr": 0.5,
    "api.mistral.ai": 0.5,
    # The publishers whose articles are read, one page after the other (scripts.publishers).
    "www.francetvinfo.fr": 2.0,
    "www.franceinfo.fr": 2.0,
    "www.politico.eu": 2.0,
    "www.publicsenat.fr": 2.0,
    "publicsenat.fr": 2.0,
    "www.lcp.fr": 2.0,
    "lcp.fr": 2.0,
    # Ourselves, in tests.
    "127.0.0.1": 0.0,
    "localhost": 0.0,
}
PAUSE = 1.0  #: for every other host


class Pauses:
    """Those of one client: what another process asks for at the same time it does not know."""

    def __init__(self) -> None:
        self._asked: dict[str, float] = {}

    def before(self, host: str) -> None:
        """Waits as long as this host still is to be left alone; from now on it has been asked."""
        pause = self._asked.get(host, 0.0) + PAUSES.get(host, PAUSE) - time.monotonic()
        if host in self._asked and pause > 0:
            time.sleep(pause)
        self._asked[host] = time.monotonic()
