"""What every script that reads a source must bear, said once: a case a script, and whatever its server does to it.

A module `tests/scripts/cases_*.py` holds `CASES`, a list of Case; test_every_source.py finds it there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.scripts.model_server import Answer
from tests.scripts.sites import Site

Content = bytes | str


def nothing(_: Site) -> None:
    """No rows are needed before."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A script and its source in its true format.

    `documents` are whole, by the name under which the script reads each (the path on the test's server; a query is not
    looked at), `main` the one whose faults are tried. `good` is how many records of it are imported, by the result's
    `counter`. `malformed` is `main` with `bad` unusable records among the good ones, `empty` is `main` without any, and
    `foreign` is `main` in an encoding that is not the source's (None: it has none of its own, as a ZIP).
    `too_large`: more than the script reads of `main`, in bytes. `optional`: without `main` (404) the script still ends
    well, as where one of many pages is missing; then `counted_as` counts it.
    """

    script: str
    documents: Mapping[str, Content]
    main: str
    good: int
    counter: str
    malformed: Content
    bad: int = 1
    empty: Content
    foreign: bytes | None
    too_large: int
    flags: tuple[str, ...] = ()
    before: Callable[[Site], None] = nothing
    #: What an empty document means: the exit code.
    empty_is: int = 1
    #: Whether an unchanged document is told apart by its ETag or its bytes.
    remembers: bool = True
    optional: bool = False
    #: Whether the very next run reads anew what was malformed; a page that is asked for alone may wait.
    reads_again: bool = True
    #: What a main document means that stays down: the exit code; 0 where it is one of many, and counted.
    down_is: int = 75
    counted_as: str = "errors"
    #: Counts what is malformed or in another encoding.
    bad_as: str = "errors"
    #: Counters of the result that say how much was written anew; all must be 0 the second time.
    written: tuple[str, ...] = field(default=())

    def serve(self, site: Site, changed: Mapping[str, Content] | None = None) -> None:
        """Puts the documents into the site's folder of sources."""
        for name, content in {**self.documents, **(changed or {})}.items():
            site.put(self.script, name, content)


@dataclass(frozen=True, kw_only=True)
class ModelCase:
    """A script that asks a language model, whatever that answers. A module `cases_*.py` holds MODEL_CASES, a list.

    `before` makes `subjects` things to ask about, one question each; `good` is the answer that does for any of them.
    `counter` counts what was made of answers, `errors` what could not be, `left` what waits for the next run.
    """

    script: str
    before: Callable[[Site], None]
    good: Answer
    counter: str
    subjects: int = 3
    flags: tuple[str, ...] = ()
