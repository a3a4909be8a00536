"""Settings with keys and the addresses they are sent to: what is refused, and that no refusal quotes a key."""

import pytest

from scripts.__main__ import main
from scripts.settings import read_settings

KEY = "sk-hunter2"
ADDRESSES = ("LLM_BASE_URL", "EMBEDDINGS_BASE_URL", "JUDILIBRE_BASE_URL", "JUDILIBRE_OAUTH_URL")
KEYS = (
    "LLM_API_KEY",
    "EMBEDDINGS_API_KEY",
    "GOOGLE_FACTCHECK_API_KEY",
    "JUDILIBRE_CLIENT_SECRET",
    "JUDILIBRE_API_KEY",
)


def refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What is said of it. It is looked at before a database is."""
    monkeypatch.setenv("DATABASE_URL", "sqlite://")
    monkeypatch.setenv(name, value)
    assert main(["sync-press"]) == 64
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"sync-press: {name} ")
    assert KEY not in err
    return err


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize(
    "value",
    [
        "http://api.mistral.ai/v1",
        "http://127.0.0.1.example/v1",
        "http://192.168.0.1/v1",
        "http://0.0.0.0/v1",
        "ftp://localhost/v1",
        "file:///etc/passwd",
        "api.mistral.ai/v1",
        "https:///v1",
        "https://",
        "https://[::1/v1",
        "https://host:port/v1",
        "https://host:0/v1",
        "https://host name/v1",
        "https://host\t/v1",
        "http://local\nhost/v1",
        f"http://host/{KEY}",
        KEY,
    ],
)
def test_an_address_that_would_not_keep_a_key_is_refused(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "allowed is https://host/path" in refused(name, value, monkeypatch, capsys)


@pytest.mark.parametrize(
    "value",
    [
        f"https://{KEY}@host/v1",
        f"https://user:{KEY}@host/v1",
        f"https://host/v1?key={KEY}",
        f"https://host/v1#{KEY}",
        f"http://localhost\\@host/{KEY}",
        "https://host/v1?",
    ],
)
def test_a_key_in_an_address_is_refused_and_not_shown(
    value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "a key has a setting of its own" in refused("LLM_BASE_URL", value, monkeypatch, capsys)


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ("https://host/v1", "https://host/v1"),
        ("https://host:8443/v1/", "https://host:8443/v1"),
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1"),
        ("http://localhost:11434/v1", "http://localhost:11434/v1"),
        ("http://[::1]:11434/v1", "http://[::1]:11434/v1"),
    ],
)
def test_https_anywhere_and_http_on_this_machine_are_taken(
    written: str, taken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLM_BASE_URL", written)
    assert read_settings().llm_base_url == taken


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("value", [f"{KEY}\n{KEY}", f"{KEY} {KEY}", f"{KEY}é", f"{KEY}\x7f", f"{KEY}\u00a0{KEY}"])
def test_a_key_that_no_header_can_hold_is_refused_and_not_shown(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "is no key" in refused(name, value, monkeypatch, capsys)


@pytest.mark.parametrize("name", KEYS)
def test_a_key_read_from_a_file_loses_the_line_end_and_is_shown_to_nobody(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, f" {KEY}\r\n")
    settings = read_settings()
    assert getattr(settings, name.lower()).get_secret_value() == KEY
    assert KEY not in f"{settings!r} {settings} {settings.model_dump_json()}"


@pytest.mark.parametrize("name", KEYS)
def test_a_key_of_spaces_alone_is_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, " \n")
    assert getattr(read_settings(), name.lower()) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LLM_CALLS", "0"),
        ("LLM_CALLS", "many"),
        ("LLM_TOKENS", "-1"),
        ("LLM_TOKENS", "1e3"),
        ("LLM_TIMEOUT", "0"),
        ("LLM_TIMEOUT", "nan"),
        ("LLM_TIMEOUT", "inf"),
        ("LLM_TIMEOUT", "601"),
    ],
)
def test_a_budget_is_a_number_that_can_be_spent(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refused(name, value, monkeypatch, capsys)
