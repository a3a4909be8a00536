"""The day on the samples, with a model that answers: each of its sixteen steps is work, and none is skipped."""

from typing import Any

from flows.catalog import SYNC_DAILY, arguments
from tests.scripts.cases_texts import EXPLAINED, POINTS
from tests.scripts.model_server import Answer, ModelServer
from tests.scripts.sites import SAMPLES, Site

#: Who and what is there before the first day.
BEFORE = ("sync-assemblee", "sync-senat", "sync-gouvernement", "sync-wikidata-ids", "sync-parties", "discover-affairs")


def first_is_accused(documents: dict[str, Any]) -> dict[str, Any]:
    accused = {"part": "accused", "offence": "FAUX", "stage": "PROCES"}
    return {"is_judicial": True, "politicians": [{"slug": documents["politicians"][0]["slug"], **accused}]}


ANSWERS: dict[str, Answer] = {
    "sync-press-analysis": first_is_accused,
    "generate-summaries": {"points": POINTS},
    "generate-scrutin-summaries": {"text": EXPLAINED},
    "classify-themes": {"theme": "INSTITUTIONS"},
}


def test_each_step_of_the_day_works(site: Site, model: ModelServer) -> None:
    site.sources = SAMPLES
    model.serve(site)
    for script in BEFORE:
        assert site.sync(script).code == 0
    done: dict[str, int] = {}
    for step in SYNC_DAILY.steps:
        model.says = [ANSWERS.get(step.script.name, "nobody should have asked")]
        outcome = site.sync(step.script.name, *arguments(step.flags({})))
        assert (outcome.code, outcome.err) == (0, ""), step.name
        counters = outcome.counters
        assert not counters.get("left")
        done[step.name] = sum(
            count for name, count in counters.items() if isinstance(count, int) and name not in {"calls", "tokens"}
        )
    assert len(done) == 16
    assert [name for name, count in done.items() if not count] == []
    assert {row["kind"] for row in site.rows("generated_texts")} == {"FILE_SUMMARY", "SCRUTIN_SUMMARY"}
    assert {row["publication_status"] for row in site.rows("affairs")} == {"DRAFT"}
