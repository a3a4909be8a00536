"""What a terminal would obey is gone, and what a person would read stays."""

import pytest

from admin_api.escapes import without_escapes


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b1mbold", "bold"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;https://a.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;never closed\ntext", "]0;never closed\ntext"),
        ("a\tb\nc", "a\tb\nc"),
        ("10 %\r20 %", "10 %20 %"),
        ("\u202eexe.png\u202c", "exe.png"),
        ("nul\x00bell\x07", "nulbell"),
        ("é — « ' »", "é — « ' »"),
    ],
)
def test_escapes_are_left_out(said: str, read: str) -> None:
    assert without_escapes(said) == read
