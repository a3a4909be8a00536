"""Settings of `syncs up`: what is read, and what is refused."""

from pathlib import Path

import pytest

from deployments.settings import Settings, SettingsError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, and none of the settings set."""
    monkeypatch.chdir(tmp_path)
    for key in ("SYNCS_HOME", "SYNCS_HOST", "SYNCS_PORT", "SYNCS_PREFECT_PORT"):
        monkeypatch.delenv(key, raising=False)
    return tmp_path


def test_defaults_are_of_this_folder_and_this_machine(folder: Path) -> None:
    settings = Settings.read()
    assert settings.home == folder / ".syncs"
    assert (settings.host, settings.port, settings.prefect_port) == ("127.0.0.1", 8080, 4200)
    assert settings.api_url == "http://127.0.0.1:4200/api"


def test_the_environment_wins_over_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / ".env").write_text("SYNCS_PORT=9000\nSYNCS_PREFECT_PORT=9001\nMISTRAL_API_KEY=of-the-scripts\n")
    monkeypatch.setenv("SYNCS_PORT", "9002")
    settings = Settings.read()
    assert (settings.port, settings.prefect_port) == (9002, 9001)


def test_an_empty_value_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCS_PREFECT_PORT", "")
    assert Settings.read().prefect_port == 4200


@pytest.mark.parametrize(
    ("host", "url", "local"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080", True),
        ("localhost", "http://localhost:8080", True),
        ("::1", "http://[::1]:8080", True),
        ("0.0.0.0", "http://127.0.0.1:8080", False),  # noqa: S104 - what is tested
        ("::", "http://[::1]:8080", False),
        ("192.0.2.1", "http://192.0.2.1:8080", False),
    ],
)
def test_where_the_admin_api_is_reached(host: str, url: str, local: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCS_HOST", host)
    settings = Settings.read()
    assert (settings.admin_url, settings.is_local) == (url, local)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("SYNCS_PREFECT_PORT", "abc", "SYNCS_PREFECT_PORT=abc: allowed is a whole number from 1 to 65535."),
        ("SYNCS_PREFECT_PORT", "70000", "SYNCS_PREFECT_PORT=70000: allowed is a whole number from 1 to 65535."),
        (
            "SYNCS_PORT",
            "4200",
            "SYNCS_PORT=4200: allowed is a whole number from 1 to 65535, other than SYNCS_PREFECT_PORT.",
        ),
        ("SYNCS_HOST", "my host", "SYNCS_HOST=my host: allowed is an IP address of this machine, or localhost."),
        ("SYNCS_HOME", "~no-such-user/data", "SYNCS_HOME=~no-such-user/data: allowed is the path of a folder."),
    ],
)
def test_a_bad_value_is_refused_with_key_value_and_what_is_allowed(
    key: str, value: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(key, value)
    with pytest.raises(SettingsError) as refused:
        Settings.read()
    assert str(refused.value) == message


def test_a_file_that_is_not_text_is_refused(folder: Path) -> None:
    (folder / ".env").write_bytes(b"SYNCS_HOST=\xff\xfe")
    with pytest.raises(SettingsError, match=r"^\.env=.*allowed is a file of text in UTF-8"):
        Settings.read()
