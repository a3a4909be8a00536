"""Text made fit to store and to compare, and what a hostile one costs."""

import time
from collections.abc import Callable

import pytest

from scripts.text import fold, plain, unescape

DIGITS = "9" * 5_000


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>un</p><p>deux</p>", "un deux"),
        ("&lt;p&gt;l&amp;#8217;été&lt;/p&gt;", "l’été"),
        ("a<script>var p = '<p>';</script>b<STYLE>p{}</STYLE >c<!-- d > <p> -->e", "a b c e"),
        ('<img alt="5 > 3"/>a<a title="it\'s > b">c', "a c"),
        ("si a < b <3 </ d", "si a < b <3 </ d"),
        ("a<!-- never closed <p>b", "a"),
        ("a<script>b<p>c", "a"),
        ('<?xml version="1.0"?><!DOCTYPE html>a', "a"),
        ("<scr<!-- -->ipt>a", "a"),
        (f"a&#{DIGITS};b&#x{DIGITS};c &amp;#{DIGITS};d", "a b c d"),
        ("&#233;&#xE9;&eacute;&#0000233;", "éééé"),
    ],
)
def test_plain_is_what_a_reader_sees(markup: str, text: str) -> None:
    assert plain(markup) == text


@pytest.mark.parametrize(
    "text", [f"&#{DIGITS}", f"&#x{DIGITS};", "&#0;", "&#x110000;", "&#xD800;", "&;&#;&#x;", "&" * 99]
)
def test_nothing_that_looks_like_an_entity_is_an_error(text: str) -> None:
    unescape(text)


def test_what_is_an_entity_is_decoded() -> None:
    assert unescape("&lt;p&gt; &eacute;&#233;&#xe9;") == "<p> ééé"


@pytest.mark.parametrize(
    ("spelled", "folded"),
    [
        ("L'Haÿ-les-Roses", "l hay les roses"),
        ("Œuvre d’Ænée", "oeuvre d aenee"),
        ("E\u0301le\u0300ve ﬁn ①", "eleve fin 1"),
    ],
)
def test_folded_is_lower_case_without_accents(spelled: str, folded: str) -> None:
    assert fold(spelled) == folded


@pytest.mark.parametrize(
    ("function", "piece"),
    [
        *(
            (plain, piece)
            for piece in (
                "<a ",
                "<",
                "<!--",
                "</",
                "<a href='",
                "<a '\"",
                "<script>",
                "</script ",
                "<style></style ",
                "&",
                "<p>",
            )
        ),
        (plain, "&lt;a "),
        (plain, "&#9"),
        (plain, "9"),
        (fold, "\u0301\u0323"),
        (fold, "\u0f73"),
    ],
)
def test_twice_as_much_of_anything_takes_twice_as_long(function: Callable[[str], str], piece: str) -> None:
    def seconds(times: int) -> float:
        text = "a&#" + piece * times
        began = time.process_time()
        function(text)
        return time.process_time() - began

    # Quadratic time would be 64-fold.
    assert seconds(160_000) < 24 * max(seconds(20_000), 0.005)
