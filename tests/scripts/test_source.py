"""Where documents are read: a folder, a server, and what of a call each of them looks at."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from scripts.errors import NotThere, SourceRefused
from scripts.http_client import HttpClient
from scripts.source import Source

ENOUGH = 1_000_000
ELSEWHERE = "http://nowhere.invalid/a"


@pytest.fixture
def client() -> Iterator[HttpClient]:
    with closing(HttpClient(first_wait=0.01, timeout=5)) as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path, client: HttpClient) -> Source:
    """Of a script that has one document."""
    (tmp_path / "sync-x" / "17").mkdir(parents=True)
    (tmp_path / "sync-x" / "17" / "a.json").write_bytes(b"whole")
    return Source("sync-x", tmp_path, client)


def test_a_folder_has_one_a_script_and_no_query_is_looked_at(folder: Source) -> None:
    assert folder.is_folder
    document = folder.read("17/a.json", ELSEWHERE, max_bytes=5, query={"page": "2"}, accept="text/csv")
    assert document
    assert document.content == b"whole"


def test_a_folders_document_has_no_address_that_would_ask_a_server(folder: Source) -> None:
    document = folder.read("17/a.json", ELSEWHERE, max_bytes=5)
    assert document
    assert document.fingerprint.conditions(ELSEWHERE) == {}
    assert folder.read("17/a.json", ELSEWHERE, max_bytes=5, known=document.fingerprint) is None


def test_what_a_folder_does_not_hold_is_not_there(folder: Source) -> None:
    with pytest.raises(NotThere, match=r"/17/b\.json is not there: SYNCS_SOURCES must hold it"):
        folder.read("17/b.json", ELSEWHERE, max_bytes=5)


def test_what_cannot_be_read_or_is_too_large_is_refused_and_is_there(folder: Source) -> None:
    for name, most, why in (("17", 5, "cannot be read"), ("17/a.json", 4, "more than 4 bytes")):
        with pytest.raises(SourceRefused, match=why) as refused:
            folder.read(name, ELSEWHERE, max_bytes=most)
        assert not isinstance(refused.value, NotThere)


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_server_stands_in_for_the_live_address_and_is_asked_all(
    client: HttpClient, httpserver: HTTPServer, tmp_path: Path, slash: str
) -> None:
    httpserver.expect_request(
        "/sources/17/a.json", query_string={"page": "2"}, headers={"Accept": "text/csv"}
    ).respond_with_data(b"whole")
    source = Source("sync-x", tmp_path, client, httpserver.url_for(f"/sources{slash}"))
    assert not source.is_folder
    document = source.read("17/a.json", ELSEWHERE, max_bytes=5, query={"page": "2"}, accept="text/csv")
    assert document
    assert document.content == b"whole"


def test_live_it_is_the_address_that_is_asked(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/live", query_string={"page": "2"}).respond_with_data(b"whole")
    source = Source("sync-x", "live", client)
    assert source.read("a.json", httpserver.url_for("/live"), max_bytes=5, query={"page": "2"})
    httpserver.expect_request("/gone").respond_with_data(status=410)
    with pytest.raises(NotThere):
        source.read("a.json", httpserver.url_for("/gone"), max_bytes=5)
