"""Answers of the Cour de cassation's own server, held against the raw JSON: of a decision only its text is lost."""

import json
from typing import Any

import pytest

from scripts.decisions import decision, page, says, taxonomy
from scripts.judilibre import TOPICS
from tests.scripts.court import page as made_page
from tests.scripts.recorded import recorded
from tests.scripts.sites import Site

FOLDER = "judilibre/recorded/"
#: Where a raw field is in our row; what is not here is of the search (score, highlights) or of the text.
FIELDS = {
    "id": "external_id", "ecli": "ecli", "jurisdiction": "jurisdiction", "chamber": "chamber", "solution": "solution",
    "type": "kind", "formation": "formation", "publication": "publication", "numbers": "numbers",
}  # fmt: skip
NOT_KEPT = {
    "score", "highlights", "number", "files", "source", "text", "update_date", "visa", "bulletin", "contested",
    "rapprochements", "zones", "particularInterest",
}  # fmt: skip


def raw(name: str) -> Any:
    return json.loads(recorded(FOLDER + name))


def results(name: str) -> list[Any]:
    told = raw(name)
    found: list[Any] = told.get("results", [told])
    return found


def words(value: Any) -> set[str]:
    """Of a text, each; of lists in lists, those of all."""
    if isinstance(value, str):
        return {" ".join(value.split())}
    return set().union(*(words(one) for one in value)) if value else set()


@pytest.mark.parametrize(
    ("name", "number"),
    [("search_p0.json", 25), ("search_p1.json", 25), ("export.json", 10), ("decision.json", 1)],
)
def test_every_field_is_read(name: str, number: int) -> None:
    told = results(name)
    assert len(told) == number
    for one in told:
        row = decision(one, {}, {})
        assert set(one) - NOT_KEPT - set(FIELDS) <= {"decision_date", "summary", "themes", "titlesAndSummaries"}
        assert {field: row[ours] for field, ours in FIELDS.items() if field in one} == {
            field: one[field] for field in FIELDS if field in one
        }
        assert str(row["decided_on"]) == one["decision_date"]
        assert words(one["number"]) <= words(row["numbers"])
        further = one.get("titlesAndSummaries", [])
        summaries = words([one.get("summary"), *(some.get("summary") for some in further)])
        assert set(str(row["summary"] or "").split("\n\n")) - {""} == summaries
        titles = [[some.get("titles"), some.get("secondaryTitles")] for some in further]
        assert words(row["themes"]) == words([one.get("themes"), titles])


def test_the_pages_say_whether_there_are_more() -> None:
    assert page(recorded(f"{FOLDER}search_p0.json"), "p0").goes_on
    last = raw("search_p1.json") | {"next_page": None}
    assert not page(json.dumps(last).encode(), "p1").goes_on


def test_its_names_and_its_refusal_are_read() -> None:
    chambers = taxonomy(recorded(f"{FOLDER}taxonomy_chamber.json"), "chamber")
    solutions = taxonomy(recorded(f"{FOLDER}taxonomy_solution.json"), "solution")
    assert chambers == raw("taxonomy_chamber.json")["result"]
    assert {one for topic in TOPICS for one in topic.chambers} <= set(chambers)
    for one in results("search_p0.json") + results("search_p1.json"):
        row = decision(one, chambers, solutions)
        assert row["chamber_name"]
        assert row["solution_name"]
    said = says(recorded(f"{FOLDER}search_bad.json"))
    assert said == "Value of the page_size parameter must be an integer between 1 and 50."


def test_both_pages_are_imported_and_no_text(sqlite_site: Site) -> None:
    both = results("search_p0.json") + results("search_p1.json") + results("decision.json")
    for topic in TOPICS:
        sqlite_site.put("sync-judilibre", f"search-{topic.key}.json", made_page())
    sqlite_site.put("sync-judilibre", "search-corruption.json", made_page(*both))
    for of in ("chamber", "solution"):
        sqlite_site.put("sync-judilibre", f"taxonomy-{of}.json", recorded(f"{FOLDER}taxonomy_{of}.json"))
    outcome = sqlite_site.sync("sync-judilibre")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.counters["decisionsCreated"] == len(both) == 51
    assert {row["external_id"] for row in sqlite_site.rows("decisions")} == {one["id"] for one in both}
    text = raw("decision.json")["text"]
    assert " ".join(text.split())[:60] not in str(sqlite_site.dump())
    assert "Audience publique" not in str(sqlite_site.dump())
