"""The catalog: complete, consistent, and one answer to every name (DESIGN.md 3.1)."""

import pytest

from flows.catalog import (
    CATEGORIES,
    COMMON_FLAGS,
    GROUPS,
    SCRIPT,
    SCRIPTS,
    SPELLINGS,
    SYNC_DAILY,
    SYNC_PRESS,
    Flag,
    FlagRefused,
    Flags,
    Group,
    Kind,
    Script,
    Target,
    UnknownName,
    arguments,
    check_flags,
    read_flags,
    resolve,
)

TARGETS: tuple[Target, ...] = (*GROUPS, *SCRIPTS)


def test_it_holds_the_thirty_scripts_and_the_ten_groups() -> None:
    assert len(SCRIPTS) == len(SCRIPT) == 30
    assert len(GROUPS) == len({group.name for group in GROUPS}) == 10
    assert len(SYNC_DAILY.steps) == 16


def test_every_script_has_its_labels_in_both_languages_and_a_known_category() -> None:
    for script in SCRIPTS:
        assert script.label.fr
        assert script.label.en
        assert script.category in CATEGORIES


def test_the_scripts_stand_in_the_order_of_their_categories() -> None:
    order = [CATEGORIES.index(script.category) for script in SCRIPTS]
    assert order == sorted(order)


def test_names_are_kebab_case() -> None:
    steps = {step.name for group in GROUPS for step in group.steps}
    names = {one.name for one in SCRIPTS} | {one.name for one in GROUPS} | {one.name for one in CATEGORIES} | steps
    for name in names:
        assert name.replace("-", "").isalpha()
        assert name == name.lower()


def test_a_script_takes_its_own_flags_and_the_common_ones_each_once() -> None:
    for script in SCRIPTS:
        names = [flag.name for flag in script.flags]
        assert len(names) == len(set(names))
        assert set(COMMON_FLAGS) <= set(script.flags)


def test_every_flag_of_a_step_is_one_that_its_script_takes() -> None:
    for group in GROUPS:
        defaults = {flag.name: flag.default for flag in group.flags if flag.default is not None}
        for step in group.steps:
            check_flags(step.script, step.flags(defaults))


def test_every_default_is_allowed() -> None:
    for target in TARGETS:
        for flag in target.flags:
            if flag.default is not None:
                assert flag.check(flag.default) == flag.default


def test_step_names_are_unique_in_their_group() -> None:
    for group in GROUPS:
        names = [step.name for step in group.steps]
        assert len(names) == len(set(names))


def test_the_days_steps_come_after_those_that_they_wait_for() -> None:
    seen: set[str] = set()
    for step in SYNC_DAILY.steps:
        assert set(step.after) <= seen, step.name
        seen.add(step.name)


def test_the_days_chains_are_those_of_the_design() -> None:
    waits = {step.name: set(step.after) for step in SYNC_DAILY.steps if step.after}
    others = {step.name for step in SYNC_DAILY.steps} - {"prominence", "publication-status"}
    assert waits == {
        "legislation-content": {"legislation"},
        "summaries-dossiers": {"legislation-content"},
        "classify-themes": {"summaries-dossiers"},
        "summaries-scrutins": {"votes-an", "votes-senat"},
        "press-analysis": {"press-rss"},
        "embeddings-press": {"press-analysis"},
        "reconcile-affairs": {"press-analysis", "judilibre"},
        "embeddings-factchecks": {"factchecks"},
        "prominence": others,
        "publication-status": {"prominence"},
    }


def test_the_days_commands_are_those_of_the_design() -> None:
    commands = [" ".join([step.script.name, *arguments(step.flags({}))]) for step in SYNC_DAILY.steps]
    assert commands == [
        "sync-votes-an --today",
        "sync-votes-senat --today",
        "sync-legislation --active",
        "sync-legislation-content --limit=20",
        "generate-summaries --limit=10",
        "generate-scrutin-summaries --limit=20",
        "sync-press",
        "sync-press-analysis --limit=100",
        "sync-judilibre --limit=20",
        "reconcile-affairs --auto-merge",
        "sync-factchecks --limit=50",
        "classify-themes --limit=30",
        "index-embeddings --type=FACTCHECK",
        "index-embeddings --type=PRESS_ARTICLE",
        "recalculate-prominence",
        "assign-publication-status",
    ]


GROUP_SPELLINGS = {
    "sync-press": ["press", "sync:press", "sync/press", "sync-press/prod"],
    "sync-votes": ["votes", "sync:votes", "sync/votes", "sync-votes", "sync-votes/prod"],
    "sync-legislation": ["legislation", "sync:legislation", "sync/legislation"],
    "discover-affairs": ["discover:affairs", "discover-affairs", "sync/discover-affairs"],
    "sync-factchecks": ["factchecks", "sync:factchecks", "sync/factchecks"],
    "generate-ai": ["generate:ai", "generate-ai", "sync/generate-ai"],
    "index-embeddings": ["index:embeddings", "index-embeddings", "sync/index-embeddings"],
    "sync-politicians": ["politicians", "sync:politicians", "sync/politicians", "sync-politicians"],
    "maintenance": ["maintenance", "sync:maintenance", "sync/maintenance"],
    "sync-daily": ["daily", "sync:daily", "sync/daily", "sync-daily"],
}


@pytest.mark.parametrize(("group", "written"), [(name, one) for name, many in GROUP_SPELLINGS.items() for one in many])
def test_these_spellings_mean_the_group(group: str, written: str) -> None:
    target = resolve(written)
    assert isinstance(target, Group)
    assert target.name == group


@pytest.mark.parametrize("written", ["sync-press", "sync-legislation", "sync-factchecks", "sync-assemblee"])
def test_exactly_a_scripts_name_means_the_script_alone(written: str) -> None:
    for spelling in (written, f"sync/{written}", f"sync-script/{written}"):
        target = resolve(spelling)
        assert isinstance(target, Script)
        assert target.name == written


@pytest.mark.parametrize("name", ["discover-affairs", "index-embeddings"])
def test_a_script_that_is_also_a_group_is_reached_by_its_deployment(name: str) -> None:
    assert isinstance(resolve(f"sync-script/{name}"), Script)


def test_every_deployment_is_a_spelling_of_its_own() -> None:
    for target in TARGETS:
        assert SPELLINGS[target.deployment] is target


@pytest.mark.parametrize(
    ("written", "nearest"),
    [("presss", "press"), ("sync:pres", "sync:press"), ("sync-votes-am", "sync-votes-an"), ("DAILY", "daily")],
)
def test_an_unknown_name_is_refused_with_the_nearest_ones(written: str, nearest: str) -> None:
    with pytest.raises(UnknownName) as refused:
        resolve(written)
    assert refused.value.nearest[0] == nearest
    assert nearest in str(refused.value)


@pytest.mark.parametrize("written", ["", "x" * 100_000, "\0", "../../etc/passwd", "$(touch x)"])
def test_a_name_like_nothing_is_refused_in_a_short_sentence(written: str) -> None:
    with pytest.raises(UnknownName) as refused:
        resolve(written)
    assert len(str(refused.value)) < 200


def test_a_group_takes_its_own_flags_and_no_others() -> None:
    assert check_flags(SYNC_PRESS, {"limit": 5}) == {"limit": 5}
    with pytest.raises(FlagRefused, match=r"sync:press has no flag '--dry-run'\. It takes --limit"):
        check_flags(SYNC_PRESS, {"dry-run": True})
    with pytest.raises(FlagRefused, match="It takes no flags"):
        check_flags(SYNC_DAILY, {"limit": 5})


def flag(name: str) -> Flag:
    return next(one for script in SCRIPTS for one in script.flags if one.name == name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", 0),
        ("limit", 100_001),
        ("limit", "5"),
        ("limit", 5.0),
        ("limit", True),
        ("limit", None),
        ("limit", [5]),
        ("dry-run", 1),
        ("dry-run", "true"),
        ("type", "factcheck"),
        ("type", None),
        ("slug", ""),
        ("slug", "a\nb"),
        ("slug", "a\0b"),
        ("slug", "x" * 10_240),
        ("slug", {"a": 1}),
    ],
)
def test_a_value_outside_what_a_flag_allows_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(FlagRefused, match=f"--{name}: .* is not allowed, it takes {flag(name).allowed}") as refused:
        flag(name).check(value)
    assert len(str(refused.value)) < 250


@pytest.mark.parametrize("value", ["$(touch x)", "; rm -rf /", "`id`", "a'b\"c", "--limit=3", "\u00e9l\u00e9onore"])
def test_a_text_may_hold_whatever_a_line_may(value: str) -> None:
    assert flag("slug").check(value) == value


@pytest.mark.parametrize(
    ("words", "flags"),
    [
        ([], {}),
        (["--limit=50", "--dry-run"], {"limit": 50, "dry-run": True}),
        (["--dry-run=false"], {"dry-run": False}),
        (["--feed=lemonde"], {"feed": "lemonde"}),
    ],
)
def test_flags_are_read_as_written_on_a_command_line(words: list[str], flags: dict[str, object]) -> None:
    assert read_flags(SCRIPT["sync-press"], words) == flags


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("--limti=5", "has no flag '--limti'. Did you mean --limit"),
        ("limit=5", "is not a flag"),
        ("-l=5", "is not a flag"),
        ("--limit", "--limit needs a value"),
        ("--limit=", "is not allowed"),
        ("--limit=five", "is not allowed"),
        ("--limit=\u0665", "is not allowed"),
        ("--limit=" + "9" * 5000, "is not allowed"),
        ("--dry-run=1", "is not allowed, it takes true or false"),
        ("--", "has no flag"),
        ("", "is not a flag"),
    ],
)
def test_a_word_that_is_no_flag_is_refused(word: str, why: str) -> None:
    with pytest.raises(FlagRefused) as refused:
        read_flags(SCRIPT["sync-press"], [word])
    assert why in str(refused.value)


def test_a_flag_given_twice_is_refused() -> None:
    with pytest.raises(FlagRefused, match="--limit is given twice"):
        read_flags(SCRIPT["sync-press"], ["--limit=5", "--limit=6"])


def test_flags_become_words() -> None:
    flags: Flags = {"limit": 5, "dry-run": True, "force": False, "slug": "$(touch x)"}
    assert arguments(flags) == ["--limit=5", "--dry-run", "--slug=$(touch x)"]


def test_each_kind_says_what_it_allows() -> None:
    assert {one.kind for script in SCRIPTS for one in script.flags} == set(Kind)
    assert flag("limit").allowed == "a whole number from 1 to 100000"
    assert flag("chamber").allowed == "one of AN, SENAT"
