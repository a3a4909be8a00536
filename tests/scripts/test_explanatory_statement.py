"""What is told apart in the HTML of a filed text."""

import pytest

from scripts.errors import RecordError
from scripts.explanatory_statement import BEGINNING, statement
from tests.scripts.documents import bill

TOLD = ("Mesdames, Messieurs,", "L’article 1er protège les bergers, et le titre II, que nous n’avons pas, rien.")


@pytest.mark.parametrize(
    "law",
    [
        "<p>Article 1<sup>er</sup></p>",
        "<p>Article&nbsp;premier</p>",
        "<p>Article unique</p>",
        "<p>TITRE I<sup>ER</sup></p><p>DES BERGERS</p><p>Article 1er</p>",
        "<p>TITRE Ier – DES BERGERS</p><p>Article 1er</p>",
        "<h2>Chapitre 1er</h2>",
        "<p>Article 1er. – Le code rural est modifié.</p>",
    ],
)
@pytest.mark.parametrize("heading", ["EXPOSÉ DES MOTIFS", "Exposé des motifs", "EXPOSE&nbsp;DES <b>MOTIFS</b>"])
def test_a_statement_is_what_stands_between_its_heading_and_the_law(law: str, heading: str) -> None:
    assert statement(bill(*TOLD, law=law, heading=heading).encode()) == "\n".join(TOLD)


def test_it_ends_at_the_first_of_them() -> None:
    page = bill(*TOLD, law="<p>TITRE Ier</p><p>Article 1er</p><p>CHAPITRE II</p>")
    assert statement(page.encode()).endswith("rien.")


def test_a_table_of_contents_is_not_the_heading() -> None:
    page = bill(*TOLD).replace("<body>", "<body><p>Exposé des motifs ..... 3</p>")
    assert statement(page.encode()) == "\n".join(TOLD)


def test_on_one_line_with_its_heading_it_is_read_too() -> None:
    page = bill(TOLD[1], heading="EXPOSÉ DES MOTIFS : Mesdames, Messieurs,")
    assert statement(page.encode()) == "\n".join(TOLD)


@pytest.mark.parametrize(
    "page",
    [
        bill("Trop court."),
        bill(*TOLD, heading="MOTIFS"),
        bill(*TOLD, law="<p>Dispositions</p>"),
    ],
    ids=["under 50 characters", "no heading", "no article"],
)
def test_else_it_is_how_the_text_begins(page: str) -> None:
    assert statement(page.encode()).startswith("PROPOSITION DE LOI\nvisant à protéger les bergers,\n")


def test_and_no_more_than_that() -> None:
    page = bill(*["Les loups mangent les brebis. " * 10] * 100, heading="MOTIFS")
    assert BEGINNING - 50 < len(statement(page.encode())) <= BEGINNING


def test_a_statement_is_whole_however_long_it_is() -> None:
    assert len(statement(bill(*["Les loups mangent les brebis. " * 10] * 1_000).encode())) > 290_000


def test_an_old_encoding_that_is_declared_is_read() -> None:
    page = bill(*TOLD).replace("utf-8", "iso-8859-1").encode("cp1252")
    assert statement(page) == "\n".join(TOLD)


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (b"", "breaks off"),
        (bill()[:-20].encode(), "breaks off"),
        (b"<html><body>Une erreur est survenue, et nous en sommes bien tristes aujourd'hui.</body></html>", "error's"),
        (b"<html><body>Proposition de loi</body></html>", "error's"),
        (bill("é" * 60).encode("latin-1"), "is not utf-8: byte"),
        (bill().replace("utf-8", "utf-7").encode(), "'utf-7'"),
    ],
)
def test_what_is_no_whole_text_is_refused(page: bytes, why: str) -> None:
    with pytest.raises(RecordError, match=why):
        statement(page)
