"""An HTML document's lines, and what a hostile one costs."""

import time

import pytest

from scripts.html_lines import lines


@pytest.mark.parametrize(
    ("markup", "told"),
    [
        ("<p>Article 1<sup>er</sup></p><p>La <b>loi</b>\n est.</p>", ["Article 1er", "La loi est."]),
        ("un<br/>deux<br>trois", ["un", "deux", "trois"]),
        ("<head><title>x</title></head><h1>a</h1> <header>b</header>", ["a", "b"]),
        ("a<script>var p = '<p>';</script>b<STYLE>p{}</STYLE >c<!-- d <p> -->e", ["a b c e"]),
        ("<p>l&#8217;&eacute;t&eacute;&nbsp;: 2 &lt; 3 < 4 &amp;lt;</p>", ["l’été : 2 < 3 < 4 &lt;"]),
        ('<?xml version="1.0"?><!DOCTYPE html><p class="a" id=b>c', ["c"]),
        ("a&#" + "9" * 5_000 + ";b", ["a b"]),
        ("<scr<!-- -->ipt>a</script>", ["a"]),
        ("a<!-- never closed <p>b", ["a"]),
        ("<p> \x00 </p>", []),
    ],
)
def test_lines_are_what_a_reader_sees(markup: str, told: list[str]) -> None:
    assert lines(markup) == told


@pytest.mark.parametrize(
    "piece",
    [
        "<!--",
        "<a ",
        "<",
        "<a href='",
        "</",
        "<p>",
        "<![CDATA[",
        "<?",
        "<script>",
        "<style></style ",
        "&",
        "<p",
        "<p ",
        "&#0;",
    ],
)
def test_twice_as_much_of_anything_takes_twice_as_long(piece: str) -> None:
    def seconds(times: int) -> float:
        began = time.process_time()
        lines(piece * times)
        return time.process_time() - began

    # Quadratic time would be 64-fold, and be minutes at the size that is read.
    assert seconds(400_000) < 24 * max(seconds(50_000), 0.01)
