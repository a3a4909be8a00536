"""A dataset's page on data.gouv.fr, which says where its file is today: an address with a day in its path grows old."""

import json

from scripts.errors import SourceDown, SourceRefused
from scripts.report import Report
from scripts.source import Source

MAX_BYTES = 20_000_000  # a page has some 100 kB


def csv_address(
    source: Source, report: Report, dataset: str, *, otherwise: str, named: str = "", grows_old: bool = False
) -> str:
    """Where the page of `dataset` says that the CSV is, or `otherwise`.

    Where that one `grows_old`, it is for a page that names no CSV alone: one that does not answer now may tomorrow.
    Raises SourceDown and SourceRefused then.
    """
    if source.is_folder:
        return otherwise
    try:
        page = source.read("dataset.json", dataset, max_bytes=MAX_BYTES)
        found = page and csv_in(page.content, named)
    except (SourceDown, SourceRefused) as error:
        if grows_old:
            raise
        report.log(str(error))
        found = None
    if found is None:
        report.log(f"The dataset's page names no CSV; {otherwise} is read instead.")
    return found or otherwise


def csv_in(page: bytes, named: str = "") -> str | None:
    """The address of a dataset's first CSV whose own name holds `named`, or None."""
    try:
        resources = json.loads(page)["resources"]
        addresses = [r["url"] for r in resources if str(r["format"]).lower() == "csv"]
    except (ValueError, KeyError, TypeError):
        return None
    fitting = (url for url in addresses if isinstance(url, str) and named in url.rpartition("/")[2])
    return next((url for url in fitting if url.startswith("https://")), None)
