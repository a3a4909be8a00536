"""How a script is called, and the exit code by which it says how that went."""

import pytest

from scripts.__main__ import main
from scripts.roster import SCRIPTS
from tests.scripts.sites import SAMPLES, Site
from tests.scripts.test_every_source import CASES

PROMISED = (
    "sync-assemblee sync-senat sync-gouvernement sync-president sync-europarl sync-wikidata-ids sync-photos "
    "sync-birthdates sync-careers sync-parties sync-mep-parties sync-hatvp sync-deceased sync-votes-an "
    "sync-votes-senat sync-legislation sync-legislation-content sync-press sync-press-analysis sync-factchecks "
    "sync-judilibre generate-biographies generate-summaries generate-scrutin-summaries classify-themes "
    "index-embeddings recalculate-prominence assign-publication-status reconcile-affairs discover-affairs"
)


def test_every_script_of_the_site_is_there() -> None:
    assert set(SCRIPTS) == set(PROMISED.split())


#: Which the matrix of test_every_source.py does not try, and why.
WITHOUT_A_CASE = {
    "sync-press": "has twelve sources, of which each may fail alone: test_press_articles.py",
    "sync-president": "reads none: the presidents are written in it",
    "index-embeddings": "reads the database alone",
    "recalculate-prominence": "reads the database alone",
    "assign-publication-status": "reads the database alone",
    "reconcile-affairs": "reads the database alone",
    "generate-biographies": "reads the database alone, and asks a model: test_every_model.py",
    "generate-summaries": "reads the database alone, and asks a model: test_every_model.py",
    "generate-scrutin-summaries": "reads the database alone, and asks a model: test_every_model.py",
    "classify-themes": "reads the database alone, and asks a model: test_every_model.py",
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_that_reads_a_source_has_a_case(script: str) -> None:
    has_one = script in {case.script for case in CASES}
    assert has_one != (script in WITHOUT_A_CASE), f"a Case in a cases_*.py, or a reason here, for {script}"


def test_as_a_program_it_reports_on_standard_output_and_ends_with_its_counters(site: Site) -> None:
    site.sources = SAMPLES
    with site.command("sync-votes-an", "--limit=2") as process:
        out, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    assert out.splitlines()[0] == '@sync {"processed": 2, "total": 2}'
    assert out.splitlines()[-1].startswith('@sync {"result": {"scrutinsProcessed": 2, ')


def test_migrate_makes_the_tables_and_says_so(sqlite_site: Site) -> None:
    sqlite_site.url = sqlite_site.url.replace("site.db", "new.db")
    before = sqlite_site.sync("sync-press")
    assert (before.code, before.out) == (1, "")
    assert "python -m scripts migrate" in before.err
    made = sqlite_site.sync("migrate")
    assert made.code == 0
    assert "came from an empty database" in made.out
    assert "was there already" in sqlite_site.sync("migrate").out


def test_an_unknown_script_is_told_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sync-vote-an"]) == 64
    assert "sync-votes-an" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([], "--help"),
        (["sync-press", "--bogus"], "--bogus"),
        (["sync-press", "--lim=3"], "--lim"),
        (["sync-press", "--limit=0"], "'0' is not a whole number from 1 up"),
        (["sync-press", "--limit=٣"], "is not a whole number from 1 up"),
        (["sync-press", "--feed=gazette"], "'lemonde'"),
        (["sync-press", "--dry-run=yes"], "--dry-run"),
        (["sync-votes-an", "--leg=xvii"], "'xvii'"),
        (["sync-press", "extra"], "extra"),
        (["migrate", "--force"], "--force"),
    ],
)
def test_a_wrong_call_exits_64_before_anything_is_read(
    arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 64
    assert named in capsys.readouterr().err


def test_who_reads_no_further_as_head_does_is_no_error(sqlite_site: Site) -> None:
    with sqlite_site.command("--help") as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert (process.wait(30), process.stderr.read()) == (0, "")


@pytest.mark.parametrize("script", SCRIPTS)
def test_help_names_every_flag_but_the_tests_own(script: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([script, "--help"])
    assert end.value.code == 0
    shown = capsys.readouterr().out
    assert all(flag in shown for flag in ("--limit", "--dry-run", "--force", "--verbose"))
    assert "--source-url" not in shown


def test_without_a_database_it_is_not_configured(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["sync-press"], ["migrate"]):
        assert main(arguments) == 78
        assert "DATABASE_URL is not set" in capsys.readouterr().err


@pytest.mark.parametrize("value", ["mysql://root:hunter2@db/site", "postgresql://root:hunter2@:x/y", "root:hunter2"])
def test_a_bad_database_url_is_refused_without_its_password(
    value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", value)
    assert main(["sync-press"]) == 64
    err = capsys.readouterr().err
    assert "DATABASE_URL" in err
    assert "allowed are" in err
    assert "hunter2" not in err


def test_a_database_that_is_down_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://root:hunter2@127.0.0.1:1/site")
    assert main(["sync-press"]) == 1
    err = capsys.readouterr().err
    assert "127.0.0.1:1/site cannot be opened" in err
    assert "hunter2" not in err


def test_sources_that_do_not_exist_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite://")
    monkeypatch.setenv("SYNCS_SOURCES", "no/such/folder")
    assert main(["sync-press"]) == 64
    assert "SYNCS_SOURCES is 'no/such/folder'; allowed are the word live" in capsys.readouterr().err


def test_a_missing_file_is_named_with_its_path(sqlite_site: Site) -> None:
    outcome = sqlite_site.sync("sync-votes-an")
    assert outcome.code == 1
    assert str(sqlite_site.sources / "sync-votes-an/Scrutins.json.zip") in outcome.err


def test_only_verbose_shows_a_traceback(sqlite_site: Site) -> None:
    assert "Traceback" not in sqlite_site.sync("sync-votes-an").err
    assert "Traceback" in sqlite_site.sync("sync-votes-an", "--verbose").err
