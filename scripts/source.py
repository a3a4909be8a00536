"""Where a script's documents are read: at their live address, or in a folder of files in the same formats."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Literal

from scripts.errors import NotThere, SourceRefused
from scripts.fingerprints import Document, Fingerprint
from scripts.http_client import HttpClient, NotYet, Query, Says


class Source:
    """One script's source. `base_url` (tests) stands in for the live addresses: `<base_url>/<file name>`."""

    def __init__(
        self, script: str, sources: Literal["live"] | Path, client: HttpClient, base_url: str | None = None
    ) -> None:
        self._folder = None if isinstance(sources, str) or base_url else sources / script
        self._client = client
        self._base_url = base_url

    @property
    def is_folder(self) -> bool:
        return self._folder is not None

    def read(
        self,
        name: str,
        url: str,
        *,
        max_bytes: int,
        known: Fingerprint | None = None,
        query: Query | None = None,
        accept: str | None = None,
        keys: Mapping[str, str] | None = None,
        not_yet: NotYet | None = None,
        says: Says | None = None,
        sites: Collection[str] | None = None,
    ) -> Document | None:
        """The document, or None where it is still the `known` one. `name` is the source's own file name.

        All but `max_bytes` and `known` is for a server, as HttpClient.get has it; a folder's file holds all that is
        asked for, and perhaps more. `sites` are for a live one.
        Raises NotThere, too, where a server or the folder has no such document.
        """
        if self._folder is not None:
            return self._read_file(self._folder / name, max_bytes).unless(known)
        if self._base_url is not None:
            url, sites = f"{self._base_url.rstrip('/')}/{name}", None
        return self._client.get(
            url,
            max_bytes=max_bytes,
            known=known,
            query=query,
            accept=accept,
            keys=keys,
            not_yet=not_yet,
            says=says,
            sites=sites,
        )

    def _read_file(self, path: Path, max_bytes: int) -> Document:
        try:
            with path.open("rb") as file:
                content = file.read(max_bytes + 1)
        except FileNotFoundError as error:
            raise NotThere(f"{path} is not there: SYNCS_SOURCES must hold it.") from error
        except OSError as error:
            raise SourceRefused(f"{path} cannot be read ({error.strerror}): SYNCS_SOURCES must hold it.") from error
        if len(content) > max_bytes:
            raise SourceRefused(f"{path} has more than {max_bytes:,} bytes, the most that we read.")
        return Document(content, url=path.name)
