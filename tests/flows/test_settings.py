"""How a script becomes a command, and what is refused."""

from pathlib import Path

import pytest

from flows.settings import PROJECT, Settings, SettingsError, settings


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("SYNCS_COMMAND", "SYNCS_WORKDIR", "SYNCS_RETRY_DELAY", "SYNCS_HOME"):
        monkeypatch.delenv(key, raising=False)


def test_by_default_the_bundled_scripts_are_called_in_the_project() -> None:
    settings = Settings()
    assert settings.command_for("sync-press")[1:] == ["-m", "scripts", "sync-press"]
    assert settings.workdir == PROJECT
    assert settings.retry_delay is None


def test_a_node_site_needs_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCS_COMMAND", "npx tsx scripts/{script}.ts")
    assert Settings().command_for("sync-press") == ["npx", "tsx", "scripts/sync-press.ts"]


def test_the_command_is_split_like_a_shell_would_and_the_name_is_put_into_words_not_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SYNCS_COMMAND", "run '{script} with spaces' \"$HOME\"")
    assert Settings().command_for("a b") == ["run", "a b with spaces", "$HOME"]


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("SYNCS_COMMAND", "npx tsx", "must hold {script}"),
        ("SYNCS_COMMAND", "run '{script}", "not a command: No closing quotation"),
        ("SYNCS_WORKDIR", "/no/such/folder", "must be a folder that exists"),
        ("SYNCS_RETRY_DELAY", "soon", "valid number"),
        ("SYNCS_RETRY_DELAY", "-1", "greater than or equal to 0"),
        ("SYNCS_RETRY_DELAY", "nan", "finite"),
    ],
)
def test_a_bad_value_is_refused_with_key_value_and_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, key: str, value: str, allowed: str
) -> None:
    monkeypatch.setenv(key, value)
    settings.cache_clear()
    with pytest.raises(SettingsError) as refused:
        settings()
    assert str(refused.value).startswith(f"{key}={value}: it ")
    assert allowed in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize("key", ["SYNCS_COMMAND", "SYNCS_WORKDIR", "SYNCS_RETRY_DELAY", "SYNCS_HOME"])
def test_an_empty_value_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    without = Settings()
    monkeypatch.setenv(key, "")
    assert Settings() == without


def test_locks_are_private_and_in_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SYNCS_HOME", str(tmp_path / "home"))
    lock = Settings().lock_of("sync-press")
    assert lock == tmp_path / "home" / "locks" / "sync-press"
    assert lock.parent.stat().st_mode & 0o777 == 0o700
