"""A dataset's page on data.gouv.fr, which says where its file is today: an address with a day in its path grows old."""

import json

from scripts.errors import BadSource, SourceDown, SourceRefused
from scripts.report import Report
from scripts.source import Source

MAX_BYTES = 20_000_000  # a page has some 100 kB


def csv_address(
    source: Source, report: Report, dataset: str, *, otherwise: str, named: str = "", grows_old: bool = False
) -> str:
    """Where the page of `dataset` says that the CSV is, or `otherwise`.

    Where that one `grows_old`, it is for a page that names no CSV alone: one that does not answer now, or answers with
    something else, may tomorrow. Raises SourceDown, SourceRefused and BadSource then.
    """
    if source.is_folder:
        return otherwise
    try:
        page = source.read("dataset.json", dataset, max_bytes=MAX_BYTES)
        found = page and csv_in(page.content, named)
    except (SourceDown, SourceRefused, BadSource) as error:
        if grows_old:
            raise
        report.log(str(error))
        found = None
    if found is None:
        report.log(f"The dataset's page names no CSV; {otherwise} is read instead.")
    return found or otherwise


def csv_in(page: bytes, named: str = "") -> str | None:
    """The address of a dataset's first CSV whose own name holds `named`, or None. Raises BadSource: no such page."""
    try:
        resources = json.loads(page)["resources"]
        known = [one for one in resources if isinstance(one, dict)]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadSource(f"The dataset's page is not data.gouv.fr's JSON: {type(error).__name__}.") from error
    addresses = (one.get("url") for one in known if str(one.get("format")).lower() == "csv")
    fitting = (url for url in addresses if isinstance(url, str) and named in url.rpartition("/")[2])
    return next((url for url in fitting if url.startswith("https://")), None)
