"""Every script, by category, in the order of the admin page."""

from __future__ import annotations

from dataclasses import dataclass

from flows.catalog.flags import Flag, choice, integer, switch, text


@dataclass(frozen=True, kw_only=True)
class Label:
    """What the site's people read, in both of its languages."""

    fr: str
    en: str


@dataclass(frozen=True, kw_only=True)
class Category:
    """A heading of the admin page."""

    name: str
    label: Label


@dataclass(frozen=True, kw_only=True)
class Expect:
    """What a good run brings. One that ends well but brought less is COMPLETED with a warning (DESIGN.md 3.2)."""

    #: Fewest records processed by a run without `--limit` or `--today`.
    at_least: int = 0
    #: Greatest fall against the median of the script's own last runs: 0.2 warns below four fifths of it.
    drop: float | None = None


ZERO_IS_FINE = Expect()


@dataclass(frozen=True, kw_only=True)
class Script:
    """One program, in any language (DESIGN.md 3.2)."""

    name: str
    label: Label
    category: Category
    own_flags: tuple[Flag, ...] = ()
    expect: Expect = ZERO_IS_FINE

    @property
    def flags(self) -> tuple[Flag, ...]:
        """All that it takes: its own, then the common ones."""
        return self.own_flags + COMMON_FLAGS

    @property
    def cli(self) -> str:
        """How people write it, as for a group."""
        return self.name

    @property
    def short(self) -> str:
        """The last part of its event's name, and what its jobs are called, as a group's."""
        return self.name

    @property
    def deployment(self) -> str:
        return f"sync-script/{self.name}"

    @property
    def tag(self) -> str:
        """The Prefect tag that is limited to 1, so that the script runs once at a time."""
        return f"script:{self.name}"


MAIN_DATA = Category(name="main-data", label=Label(fr="Données principales", en="Main data"))
ENRICHMENT = Category(name="enrichment", label=Label(fr="Enrichissement", en="Enrichment"))
LEGISLATION = Category(name="votes-legislation", label=Label(fr="Votes & Législation", en="Votes & legislation"))
PRESS = Category(name="press-factchecks", label=Label(fr="Presse & Fact-checks", en="Press & fact-checks"))
AI = Category(name="ai-index", label=Label(fr="IA & Index", en="AI & index"))
MAINTENANCE = Category(name="maintenance", label=Label(fr="Maintenance", en="Maintenance"))

CATEGORIES = (MAIN_DATA, ENRICHMENT, LEGISLATION, PRESS, AI, MAINTENANCE)

LIMIT = integer("limit", "Stop after this many records.", 1, 100_000)

#: Every script takes these beside its own (and `--help`, which a job has no use for).
COMMON_FLAGS = (
    LIMIT,
    switch("dry-run", "Say what would change, and write nothing."),
    switch("force", "Do again what is already done or has not changed."),
    switch("verbose", "Log each record."),
)

_all = switch("all", "Everything since the beginning, not only what is current.")
_legislature = integer("leg", "The legislature of the Assemblée nationale.", 14, 30, default=17)
_politician = text("politician", "Only this politician, by slug.")
_resume = switch("resume", "Go on where the last run stopped.")
_today = switch("today", "Only the last few days, since the sources publish late, and what lacks.")
_feed = choice(
    "feed",
    "Only this feed.",
    *("lemonde", "lefigaro", "francetvinfo", "liberation", "politico", "mediapart"),
    *("publicsenat", "lcp", "ouestfrance", "sudouest", "ladepeche", "ledauphine"),
)
_kind_of_thing = choice(
    "type",
    "Only this kind of thing.",
    *("POLITICIAN", "PARTY", "AFFAIR", "DOSSIER", "SCRUTIN", "FACTCHECK", "PRESS_ARTICLE"),
)


def _script(name: str, category: Category, fr: str, en: str, *own_flags: Flag, expect: Expect = ZERO_IS_FINE) -> Script:
    return Script(name=name, category=category, label=Label(fr=fr, en=en), own_flags=own_flags, expect=expect)


SCRIPTS: tuple[Script, ...] = (
    _script("sync-assemblee", MAIN_DATA, "Députés", "Deputies", expect=Expect(at_least=500, drop=0.2)),
    _script("sync-senat", MAIN_DATA, "Sénateurs", "Senators", expect=Expect(at_least=300, drop=0.2)),
    _script("sync-gouvernement", MAIN_DATA, "Gouvernement", "Government", _all, expect=Expect(at_least=10)),
    _script("sync-president", MAIN_DATA, "Présidents de la République", "Presidents of the Republic"),
    _script(
        "sync-europarl",
        MAIN_DATA,
        "Députés européens",
        "Members of the European Parliament",
        expect=Expect(at_least=60, drop=0.2),
    ),
    _script("sync-wikidata-ids", ENRICHMENT, "Identifiants Wikidata", "Wikidata identifiers", _resume),
    _script(
        "sync-photos",
        ENRICHMENT,
        "Photos",
        "Photos",
        switch("validate", "Check that each known photo still answers."),
        text("slug", "Only this politician, by slug."),
    ),
    _script("sync-birthdates", ENRICHMENT, "Dates de naissance", "Dates of birth", _resume),
    _script("sync-careers", ENRICHMENT, "Carrières", "Careers", _resume),
    _script(
        "sync-parties", ENRICHMENT, "Partis", "Parties", switch("founders-only", "Only the founders of each party.")
    ),
    _script("sync-mep-parties", ENRICHMENT, "Partis des députés européens", "Parties of the European Parliament"),
    _script("sync-hatvp", ENRICHMENT, "Déclarations HATVP", "HATVP declarations"),
    _script("sync-deceased", ENRICHMENT, "Décès", "Deaths", _resume),
    _script(
        "discover-affairs",
        ENRICHMENT,
        "Recherche d'affaires",
        "Search for affairs",
        switch("wikidata-only", "Only what Wikidata states."),
        switch("wikipedia-only", "Only Wikipedia's judicial sections."),
        _politician,
    ),
    _script("sync-votes-an", LEGISLATION, "Scrutins de l'Assemblée", "Votes of the Assemblée", _today, _legislature),
    _script(
        "sync-votes-senat",
        LEGISLATION,
        "Scrutins du Sénat",
        "Votes of the Sénat",
        _today,
        _all,
        integer("session", "The session, by the year in which it began.", 2006, 2100),
    ),
    _script(
        "sync-legislation",
        LEGISLATION,
        "Dossiers législatifs",
        "Legislative files",
        switch("active", "Only the files still under way."),
        switch("today", "Only what was done in the last few days, or is planned."),
        _legislature,
    ),
    _script("sync-legislation-content", LEGISLATION, "Exposés des motifs", "Explanatory statements"),
    _script("sync-press", PRESS, "Flux de presse", "Press feeds", _feed, expect=Expect(at_least=1)),
    _script(
        "sync-press-analysis",
        PRESS,
        "Analyse de la presse",
        "Press analysis",
        _feed,
        _politician,
        switch("reanalyze", "Analyse again what has been analysed."),
    ),
    _script("sync-factchecks", PRESS, "Fact-checks", "Fact-checks", _politician, _all),
    _script("sync-judilibre", PRESS, "Décisions de la Cour de cassation", "Decisions of the Cour de cassation"),
    _script("generate-biographies", AI, "Biographies", "Biographies"),
    _script("generate-summaries", AI, "Résumés des dossiers", "Summaries of legislative files", _all),
    _script(
        "generate-scrutin-summaries",
        AI,
        "Résumés des scrutins",
        "Summaries of votes",
        choice("chamber", "Only the votes of this chamber.", "AN", "SENAT"),
    ),
    _script(
        "classify-themes",
        AI,
        "Thèmes",
        "Themes",
        choice("target", "What to classify.", "all", "dossiers", "scrutins", default="all"),
    ),
    _script("index-embeddings", AI, "Index de recherche", "Search index", _kind_of_thing),
    _script("recalculate-prominence", MAINTENANCE, "Notoriété", "Prominence"),
    _script("assign-publication-status", MAINTENANCE, "Statuts de publication", "Publication statuses"),
    _script(
        "reconcile-affairs",
        MAINTENANCE,
        "Rapprochement des affaires",
        "Reconciliation of affairs",
        switch("auto-merge", "Merge the pairs that are certain or nearly so."),
    ),
)

SCRIPT = {script.name: script for script in SCRIPTS}
