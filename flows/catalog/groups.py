"""Every group and its steps, and the day (DESIGN.md 3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from flows.catalog.flags import Flag, Flags, FlagValue
from flows.catalog.scripts import LIMIT, SCRIPT, Label, Script


@dataclass(frozen=True, kw_only=True)
class FromGroup:
    """A step's flag whose value is the group's flag of that name."""

    name: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """A script with the flags that its group gives it, and the time that each attempt may take.

    `after` names the steps that must have ended, well or not, before this one starts. Only the day has any: the steps
    of every other group run one after the other.
    """

    name: str
    script: Script
    time_limit: timedelta
    given: Mapping[str, FlagValue | FromGroup] = field(default_factory=dict)
    after: tuple[str, ...] = ()

    def flags(self, of_group: Flags) -> Flags:
        """The script's flags, those from the group filled in."""
        return {
            name: of_group[value.name] if isinstance(value, FromGroup) else value for name, value in self.given.items()
        }


@dataclass(frozen=True, kw_only=True)
class Group:
    """An ordered list of steps. `short` is the last part of its event's name; `cli` is how people write it."""

    name: str
    short: str
    cli: str
    label: Label
    steps: tuple[Step, ...]
    flags: tuple[Flag, ...] = ()

    @property
    def event(self) -> str:
        return f"sync/{self.short}"

    @property
    def deployment(self) -> str:
        return f"{self.name}/prod"


FIVE = timedelta(minutes=5)
TEN = timedelta(minutes=10)
#: A script that is run by itself.
SCRIPT_TIME_LIMIT = TEN


def single(script: Script, flags: Flags) -> Step:
    """A script that is run by itself, as a step that has its name."""
    return Step(name=script.name, script=script, time_limit=SCRIPT_TIME_LIMIT, given=flags)


def _step(
    script: str,
    time_limit: timedelta = TEN,
    *,
    name: str | None = None,
    after: tuple[str, ...] = (),
    **given: FlagValue | FromGroup,
) -> Step:
    """A step, named after its script unless `name` says otherwise. A flag's underscores stand for its dashes."""
    return Step(
        name=name or script,
        script=SCRIPT[script],
        time_limit=time_limit,
        given={flag.replace("_", "-"): value for flag, value in given.items()},
        after=after,
    )


SYNC_PRESS = Group(
    name="sync-press",
    short="press",
    cli="sync:press",
    label=Label(fr="Presse", en="Press"),
    flags=(replace(LIMIT, default=100, help="Analyse at most this many articles."),),
    steps=(
        _step("sync-press", FIVE, name="parse-rss"),
        _step("sync-press-analysis", name="ai-analysis", limit=FromGroup(name="limit")),
    ),
)
SYNC_VOTES = Group(
    name="sync-votes",
    short="votes",
    cli="sync:votes",
    label=Label(fr="Scrutins", en="Votes"),
    steps=(_step("sync-votes-an", FIVE, today=True), _step("sync-votes-senat", FIVE, today=True)),
)
SYNC_LEGISLATION = Group(
    name="sync-legislation",
    short="legislation",
    cli="sync:legislation",
    label=Label(fr="Législation", en="Legislation"),
    steps=(_step("sync-legislation", FIVE, active=True), _step("sync-legislation-content", FIVE, limit=20)),
)
DISCOVER_AFFAIRS = Group(
    name="discover-affairs",
    short="discover-affairs",
    cli="discover:affairs",
    label=Label(fr="Affaires", en="Affairs"),
    steps=(_step("discover-affairs"), _step("reconcile-affairs", auto_merge=True)),
)
SYNC_FACTCHECKS = Group(
    name="sync-factchecks",
    short="factchecks",
    cli="sync:factchecks",
    label=Label(fr="Fact-checks et jurisprudence", en="Fact-checks and case law"),
    steps=(_step("sync-factchecks", FIVE, limit=50), _step("sync-judilibre", FIVE, limit=20)),
)
GENERATE_AI = Group(
    name="generate-ai",
    short="generate-ai",
    cli="generate:ai",
    label=Label(fr="Textes par IA", en="Texts by AI"),
    steps=(
        _step("generate-biographies"),
        _step("generate-summaries"),
        _step("generate-scrutin-summaries"),
        _step("classify-themes"),
    ),
)
INDEX_EMBEDDINGS = Group(
    name="index-embeddings",
    short="index-embeddings",
    cli="index:embeddings",
    label=Label(fr="Index de recherche", en="Search index"),
    steps=(_step("index-embeddings"),),
)
SYNC_POLITICIANS = Group(
    name="sync-politicians",
    short="politicians",
    cli="sync:politicians",
    label=Label(fr="Élus", en="Politicians"),
    steps=(
        _step("sync-assemblee", FIVE),
        _step("sync-senat", FIVE),
        _step("sync-gouvernement", FIVE),
        _step("sync-europarl", FIVE),
        _step("sync-photos", FIVE),
    ),
)
MAINTENANCE = Group(
    name="maintenance",
    short="maintenance",
    cli="sync:maintenance",
    label=Label(fr="Maintenance", en="Maintenance"),
    steps=(_step("recalculate-prominence", FIVE), _step("assign-publication-status", FIVE)),
)

_DAY_BUT_ITS_END = (
    _step("sync-votes-an", name="votes-an", today=True),
    _step("sync-votes-senat", name="votes-senat", today=True),
    _step("sync-legislation", name="legislation", active=True),
    _step("sync-legislation-content", name="legislation-content", limit=20, after=("legislation",)),
    _step("generate-summaries", name="summaries-dossiers", limit=10, after=("legislation-content",)),
    _step("generate-scrutin-summaries", name="summaries-scrutins", limit=20, after=("votes-an", "votes-senat")),
    _step("sync-press", name="press-rss"),
    _step("sync-press-analysis", name="press-analysis", limit=100, after=("press-rss",)),
    _step("sync-judilibre", name="judilibre", limit=20),
    _step("reconcile-affairs", auto_merge=True, after=("press-analysis", "judilibre")),
    _step("sync-factchecks", name="factchecks", limit=50),
    _step("classify-themes", limit=30, after=("summaries-dossiers",)),
    _step("index-embeddings", name="embeddings-factchecks", type="FACTCHECK", after=("factchecks",)),
    _step("index-embeddings", name="embeddings-press", type="PRESS_ARTICLE", after=("press-analysis",)),
)
SYNC_DAILY = Group(
    name="sync-daily",
    short="daily",
    cli="sync:daily",
    label=Label(fr="Synchronisation du jour", en="Daily sync"),
    steps=(
        *_DAY_BUT_ITS_END,
        _step("recalculate-prominence", name="prominence", after=tuple(step.name for step in _DAY_BUT_ITS_END)),
        _step("assign-publication-status", name="publication-status", after=("prominence",)),
    ),
)

GROUPS: tuple[Group, ...] = (
    SYNC_PRESS,
    SYNC_VOTES,
    SYNC_LEGISLATION,
    DISCOVER_AFFAIRS,
    SYNC_FACTCHECKS,
    GENERATE_AI,
    INDEX_EMBEDDINGS,
    SYNC_POLITICIANS,
    MAINTENANCE,
    SYNC_DAILY,
)
