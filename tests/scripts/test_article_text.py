"""What is read of a publisher's page: the article as a reader sees it, in bounded time, and else nothing."""

import time

import pytest

from scripts.article_text import LONGEST, MAX_BYTES, MOST_TAGS, text
from scripts.errors import RecordError
from tests.scripts.articles import COURT, FILLER, page


def test_an_article_is_its_text_without_what_stands_around_it() -> None:
    found = text(page(FILLER, f"<b>{COURT}</b>").encode())
    assert found.startswith("Un titre Les élus")
    assert COURT in found
    assert "Accueil" not in found
    assert "Mentions" not in found


@pytest.mark.parametrize(
    "hidden",
    [
        "<!-- SECRET -->",
        "<p hidden>SECRET</p>",
        '<p style="color:red;DISPLAY : none">SECRET</p>',
        "<span style='font-size:0'>SECRET</span>",
        "<div style='visibility:hidden'>SECRET<p hidden style='display:none'>SECRET</p></div>",
        "<div aria-hidden='true'>SECRET</div>",
        "<template>SECRET</template>",
        "<noscript>SECRET</noscript>",
        "<script>SECRET</script><style>SECRET</style>",
    ],
)
def test_what_no_reader_sees_is_not_read(hidden: str) -> None:
    found = text(page(FILLER, hidden, COURT).encode())
    assert COURT in found
    assert "SECRET" not in found


def test_a_long_article_is_cut() -> None:
    many = (f"{FILLER} Paragraphe {n}." for n in range(100))
    assert LONGEST - 20 < len(text(page(*many).encode())) <= LONGEST


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "breaks off"),
        (b'{"article": "Ada Lune"}', "breaks off"),
        (page(FILLER).encode()[:-20], "breaks off"),
        (b"</html>", "is no HTML document"),
        (b"<html hidden></html>", "holds no article"),
        (page("Lisez la suite en vous abonnant.").encode(), "holds no article"),
        (page(FILLER).encode("cp1252"), "is not utf-8"),
        (page(FILLER).replace("utf-8", "ebcdic").encode(), "is written in 'ebcdic'"),
        (page("<p>" * MOST_TAGS).encode(), "tags, more than"),
        (b"\x00\xff\xfe" * 1000, "is not utf-8"),
        (b"%PDF-1.7 </html>", "holds no article"),
        (page(FILLER, "&#1;<b>x</b>").encode(), "cannot be read: ValueError"),
    ],
)
def test_what_is_no_whole_article_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(RecordError, match=why):
        text(content)


@pytest.mark.parametrize(
    "body",
    [
        "<b>x</b>y" * (MOST_TAGS // 2 - 20),
        "a<br>" * (MOST_TAGS - 20),
        "<i>" * (MOST_TAGS - 20),
        "<" * (MAX_BYTES - 999),
    ],
    ids=["inline", "lines", "nested", "no tags"],
)
def test_a_hostile_page_costs_seconds_at_most(body: str) -> None:
    started = time.monotonic()
    try:
        found = text(page(FILLER, body).encode())
    except RecordError:
        found = ""
    assert len(found) <= LONGEST
    assert time.monotonic() - started < 20  # some 3 s here
