"""Text of the sources made fit to store and to compare."""

import re
import unicodedata
from html.parser import HTMLParser

# HTMLParser takes quadratic time on some broken input; what is cut here is far beyond any excerpt.
LONGEST_MARKUP = 20_000

_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # Unicode's categories Cc and Cs


def clean(text: str) -> str:
    """One line, without the characters that a database refuses (NUL, half a surrogate pair) or a terminal obeys."""
    return " ".join(_UNFIT.sub(" ", text).split())


def plain(markup: str) -> str:
    """Markup's text: tags, scripts and styles gone, entities decoded. Feeds that escape twice are unescaped twice."""
    text = markup[:LONGEST_MARKUP]
    for _ in range(2):
        stripper = _Stripper()
        stripper.feed(text)
        stripper.close()
        text = "".join(stripper.pieces)
    return clean(text)


def shorten(text: str, longest: int) -> str:
    """At most `longest` characters, cut between two words where there are two."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    return (cut.rpartition(" ")[0] or cut) + "…"


def fold(text: str) -> str:
    """Lower case, without accents, words of a-z and 0-9 apart by one space: « L'Haÿ-les-Roses » → "l hay les roses"."""
    spelled = text.lower().replace("œ", "oe").replace("æ", "ae")
    unaccented = "".join(c for c in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[a-z0-9]+", unaccented))


def slug(text: str) -> str:
    return fold(text).replace(" ", "-")


class _Stripper(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # Words on both sides of a tag, as in "<p>un</p><p>deux</p>", stay two words.
        self.pieces.append(" ")
        self._hidden = tag in {"script", "style"}

    def handle_endtag(self, tag: str) -> None:
        self.pieces.append(" ")
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data)
