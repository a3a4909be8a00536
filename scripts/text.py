"""Text of the sources made fit to store and to compare, in a time that grows with its length alone."""

import html
import re
import unicodedata

_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # Unicode's categories Cc and Cs
_LONG_NUMBER = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{8,});?")  # Python refuses to read one of 4,301 digits
# No tag goes beyond the next "<": were it looked for to the end each time, many that are not closed would take minutes.
# A ">" in quotes does not end it, unless the quotes are not closed either.
_TAG = re.compile(r"""<(?:(!--)|([!?]|/?[a-z][a-z0-9]*)(?:(?:[^<>"']|"[^"<]*"|'[^'<]*')*+>|[^<>]*>))""", re.IGNORECASE)
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"})
_HIDDEN = {
    "!--": re.compile("-->"),
    "script": re.compile(r"</script[^<>]*>", re.IGNORECASE),
    "style": re.compile(r"</style[^<>]*>", re.IGNORECASE),
}


def clean(text: str) -> str:
    """One line, without the characters that a database refuses (NUL, half a surrogate pair) or a terminal obeys."""
    return " ".join(_UNFIT.sub(" ", text).split())


def unescape(text: str) -> str:
    """Entities decoded; what is no number of a character is a space."""
    return html.unescape(without_long_numbers(text))


def without_long_numbers(markup: str) -> str:
    """Of an entity of thousands of digits `html.unescape` and HTMLParser make a ValueError."""
    return _LONG_NUMBER.sub(" ", markup)


def plain(markup: str) -> str:
    """Markup's text: tags, scripts and styles gone, entities decoded. Feeds that escape twice are unescaped twice."""
    return clean(_shown(_shown(markup)))


def shorten(text: str, longest: int) -> str:
    """At most `longest` characters, cut between two words where there are two."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    return (cut.rpartition(" ")[0] or cut) + "…"


def words(text: str) -> list[str]:
    """Without accents, of a-z, A-Z and 0-9, in their own case: « L'Haÿ-les-Roses » → L, Hay, les, Roses."""
    spelled = text.translate(_LIGATURES)
    if not spelled.isascii():
        # Letter by letter: it sorts the accents of each, which takes quadratic time where one has thousands.
        apart = (c for letter in spelled for c in unicodedata.normalize("NFKD", letter))
        spelled = "".join(c for c in apart if not unicodedata.combining(c))
    return re.findall(r"[A-Za-z0-9]+", spelled)


def fold(text: str) -> str:
    """Lower case, without accents, words of a-z and 0-9 apart by one space: « L'Haÿ-les-Roses » → "l hay les roses"."""
    return " ".join(words(text)).lower()


def slug(text: str) -> str:
    return fold(text).replace(" ", "-")


def _shown(markup: str) -> str:
    pieces, done = [], 0
    while tag := _TAG.search(markup, done):
        # Words on both sides of a tag, as in "<p>un</p><p>deux</p>", stay two words.
        pieces += [markup[done : tag.start()], " "]
        done = tag.end()
        if hidden_until := _HIDDEN.get((tag[1] or tag[2]).lower()):
            ended = hidden_until.search(markup, done)
            # What is not closed hides all that follows.
            done = ended.end() if ended else len(markup)
    return unescape("".join(pieces) + markup[done:])
