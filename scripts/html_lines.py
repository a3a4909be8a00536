"""An HTML document's text, line by line as it is laid out, in a time that grows with its length alone."""

import re
from html.parser import HTMLParser

from scripts.text import clean, without_long_numbers

# Inline: what they hold goes on in the same line. All others begin a new one.
INLINE = {
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "dfn", "em", "font", "i", "ins", "kbd", "label",
    "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
}  # fmt: skip
_HIDDEN = ("script", "style", "head", "noscript", "template")
_TAG = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9]{0,30})(?:[\s/][^<>]*)?>")
_DECLARATION = re.compile(r"<[!?][^<>]*>")


def lines(markup: str) -> list[str]:
    """Without scripts, styles and the head; entities decoded; no line is empty."""
    parser = _Lines()
    parser.feed(_simple(markup))
    parser.close()
    return [line for piece in "".join(parser.pieces).split("\n") if (line := clean(piece))]


def _simple(markup: str) -> str:
    """The same with the bare tags alone that end a line, and every other "<" as text.

    HTMLParser takes quadratic time on many unclosed comments or tags; of these it sees none.
    """
    markup = _without(markup, re.compile("<!--"), re.compile("-->"))
    for name in _HIDDEN:
        markup = _without(markup, re.compile(rf"<{name}(?=[\s/>])", re.I), re.compile(rf"</{name}\s*>", re.I))
    markup = without_long_numbers(_DECLARATION.sub("", markup))
    pieces, done = [], 0
    begun = True
    for tag in _TAG.finditer(markup):
        if told := markup[done : tag.start()]:
            pieces.append(told.replace("<", "&lt;"))
            begun = False
        done = tag.end()
        # A line that has not begun need not end.
        if not begun and tag[1].lower().strip("/") not in INLINE:
            pieces.append(f"<{tag[1]}>")
            begun = True
    return "".join(pieces) + markup[done:].replace("<", "&lt;")


def _without(markup: str, begins: re.Pattern[str], ends: re.Pattern[str]) -> str:
    """Cuts out what stands between the two; one that is not closed hides all that follows."""
    pieces, done = [], 0
    while begun := begins.search(markup, done):
        # With a space for it, so that what was apart makes no tag together.
        pieces += [markup[done : begun.start()], " "]
        ended = ends.search(markup, begun.end())
        if ended is None:
            return "".join(pieces)
        done = ended.end()
    return "".join(pieces) + markup[done:]


class _Lines(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        # In HTML, a line's end is a space like any other.
        self.pieces.append(data.replace("\n", " "))
