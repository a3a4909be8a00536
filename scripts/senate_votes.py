"""The Sénat's pages of public votes, www.senat.fr/scrutin-public/, as far as they are read.

A session has a page that links to all of its votes, and is named after the year in which it began. A vote has a page:
its day, what it was about, what came of it, and the totals; and a JSON: `{"votes": [{"matricule", "vote", "siege"}]}`.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from scripts.ballots import Ballot, PublicVote, outcome
from scripts.errors import BadSource, RecordError
from scripts.french_dates import written_day
from scripts.models import Chamber, Outcome, Position
from scripts.senators import matricule
from scripts.text import clean, fold, shorten, unescape

SITE = "https://www.senat.fr/scrutin-public/"
LONGEST_SHOWN = 200  # of what a page says, in an error
POSITIONS = {"p": Position.POUR, "c": Position.CONTRE, "a": Position.ABSTENTION, "n": Position.NON_VOTANT}

# As `fold` leaves them: « 348 votants, 325 suffrages exprimés, 214 pour, 111 contre. Abstention : 20 […] ».
_DAY = re.compile(r"\bseance du (\d{1,2}(?: ?er)? [a-z]+ \d{4})\b")
_NUMBER = re.compile(r"\bscrutin n ?(?:o|umero)? ?(\d+)\b")
_TOTALS = re.compile(
    r"\b\d{1,4} votants? \d{1,4} suffrages? exprimes? (\d{1,4}) pour (\d{1,4}) contre"
    r" abstentions? (\d{1,4}) n (?:ont|a) pas pris part au vote (\d{1,4})\b"
)
_SENTENCE = re.compile(r"\ble senat (?:a|n a pas) (?:adopte|rejete)\b")


#: Each tag, without its brackets, with the text that follows it; the first is what stands before any tag.
Tokens = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Page:
    """A vote's page. The totals are those that the Sénat announces."""

    number: int
    voted_on: date
    title: str
    outcome: Outcome
    totals: dict[Position, int]


def list_name(session: int) -> str:
    return f"scr{session}.html"


def page_name(session: int, number: int) -> str:
    return f"{session}/scr{session}-{number}.html"


def json_name(session: int, number: int) -> str:
    return f"{session}/scr{session}-{number}.json"


def numbers(content: bytes, session: int) -> list[int]:
    """The numbers of the votes that a session's page links to, rising. Raises BadSource where it is not whole."""
    try:
        markup = _markup(content)
    except RecordError as error:
        raise BadSource(f"{list_name(session)} {error}.") from error
    return sorted({int(found) for found in re.findall(rf"\bscr{session}-0*([1-9][0-9]{{0,4}})\.html", markup)})


def page(content: bytes, session: int, number: int) -> Page:
    """Raises RecordError for whatever is missing or not known."""
    tokens = _tokens(_markup(content))
    body = tokens[next(_places(tokens, "h1"), 0) :]
    heading, lead = _inside(body, "h1"), _inside(body, "p", "page-lead")
    told = fold(_text(body))
    numbered = _NUMBER.search(fold(heading))
    if numbered and int(numbered[1]) != number:
        raise RecordError(f"is the page of scrutin {numbered[1]}")
    title = lead or heading
    if not title:
        raise RecordError("has neither a title nor a heading")
    return Page(
        number=number,
        voted_on=_day(told, session),
        title=title,
        outcome=_outcome(body, told),
        totals=_totals(told),
    )


def public_vote(session: int, read: Page, content: bytes) -> PublicVote:
    """The page with the ballots of the JSON. Raises RecordError where the two do not agree: a part is never stored."""
    ballots = _ballots(content)
    counted = Counter(ballot.position for ballot in ballots)
    for position, announced in read.totals.items():
        if counted[position] != announced:
            raise RecordError(f"has {counted[position]} ballots {position} where its page announces {announced}")
    return PublicVote(
        uid=f"SENAT-{session}-{read.number}",
        chamber=Chamber.SENAT,
        session=session,
        number=read.number,
        voted_on=read.voted_on,
        title=read.title,
        outcome=read.outcome,
        votes_for=read.totals[Position.POUR],
        votes_against=read.totals[Position.CONTRE],
        abstentions=read.totals[Position.ABSTENTION],
        non_voting=read.totals[Position.NON_VOTANT],
        source_url=SITE + page_name(session, read.number),
        ballots=ballots,
    )


def _ballots(content: bytes) -> tuple[Ballot, ...]:
    try:
        listed = json.loads(content.decode("utf-8-sig"))["votes"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RecordError(f"has ballots that are not the JSON of a vote: {type(error).__name__}") from error
    if not isinstance(listed, list):
        raise RecordError("has ballots that are no list")
    found: dict[str, Ballot] = {}
    for entry in listed:
        if not isinstance(entry, dict):
            raise RecordError("has a ballot that is no object")
        ref, position = matricule(entry.get("matricule")), _position(entry.get("vote"))
        if ref in found:
            raise RecordError(f"counts {ref} twice")
        # Whoever has voted for somebody else is not said here.
        found[ref] = Ballot(ref, position, by_delegation=False)
    return tuple(found[ref] for ref in sorted(found))


def _position(code: Any) -> Position:
    position = POSITIONS.get(code.lower()) if isinstance(code, str) else None
    if position is None:
        raise RecordError(f"has the unknown position {code!r}")
    return position


def _day(told: str, session: int) -> date:
    found = _DAY.search(told)
    if found is None:
        raise RecordError("has no « séance du … »")
    day = written_day(found[1])
    if day is None:
        raise RecordError(f"has {found[0]!r}, which is no day")
    if day.year not in (session, session + 1):
        raise RecordError(f"has the day {day}, which is not in the session {session}-{session + 1}")
    return day


def _totals(told: str) -> dict[Position, int]:
    found = _TOTALS.search(told)
    if found is None:
        raise RecordError("announces no totals, against which its ballots could be held")
    counted = (Position.POUR, Position.CONTRE, Position.ABSTENTION, Position.NON_VOTANT)
    return dict(zip(counted, map(int, found.groups()), strict=True))


def _outcome(body: Tokens, told: str) -> Outcome:
    """Of the badge, or else of the sentence. Never of a title: that says « adopté par l'Assemblée nationale »."""
    badges = list(_badges(body))
    found = {meant for badge in badges if (meant := outcome(badge))}
    if not badges:
        found = {meant for sentence in _SENTENCE.findall(told) if (meant := outcome(sentence))}
    if len(found) != 1:
        raise RecordError(f"has the unknown outcome {shorten(', '.join(badges), LONGEST_SHOWN)!r}")
    return found.pop()


def _badges(body: Tokens) -> Iterator[str]:
    """In one pass, however many have no end."""
    start: int | None = None
    for place, (tag, _) in enumerate(body):
        name = tag.split(maxsplit=1)[:1]
        if start is None and name == ["span"] and "badge" in tag:
            start = place
        elif start is not None and name == ["/span"]:
            yield _text(body[start:place])
            start = None
    if start is not None:
        yield ""  # and what it says is unknown


def _markup(content: bytes) -> str:
    """The page without its comments. Each step takes a time that grows with its length alone, whatever it holds."""
    try:
        markup = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecordError(f"is not UTF-8: {error}") from error
    first, *commented = markup.split("<!--")
    markup = first + " ".join(part.partition("-->")[2] for part in commented)
    if "</html>" not in markup.lower():
        raise RecordError("is not a whole page: it ends before its end")
    return markup


def _tokens(markup: str) -> Tokens:
    pieces = re.split(r"<([^<>]*)>", markup)
    return [("", pieces[0]), *zip(pieces[1::2], pieces[2::2], strict=True)]


def _places(tokens: Tokens, name: str, word: str = "") -> Iterator[int]:
    """Where such elements begin, with that word among their attributes."""
    for place, (tag, _) in enumerate(tokens):
        if tag.split(maxsplit=1)[:1] == [name] and word in tag:
            yield place


def _inside(tokens: Tokens, name: str, word: str = "") -> str:
    """The text of the first such element, or nothing."""
    start = next(_places(tokens, name, word), len(tokens))
    end = next(_places(tokens[start:], f"/{name}"), 0)
    return _text(tokens[start : start + end])


def _text(tokens: Tokens) -> str:
    """What is shown."""
    shown: list[str] = []
    hidden = False
    for tag, text in tokens:
        hidden = tag.startswith(("script", "style")) or (hidden and not tag.startswith(("/script", "/style")))
        if not hidden:
            shown.append(text)
    return clean(unescape(" ".join(shown)))
