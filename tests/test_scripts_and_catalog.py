"""The bundled scripts know nothing of the catalog: that the two agree is held here."""

import argparse

import pytest

from flows import catalog
from flows.catalog import Flag, Kind
from scripts.arguments import parser_for
from scripts.roster import SCRIPTS


def test_the_bundled_scripts_are_the_catalogs() -> None:
    assert set(SCRIPTS) == set(catalog.SCRIPT)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_bundled_script_takes_the_catalogs_flags_and_no_others(name: str) -> None:
    options = {
        action.option_strings[-1].removeprefix("--"): action
        for action in parser_for(SCRIPTS[name])._actions
        if action.help != argparse.SUPPRESS and action.dest != "help"
    }
    flags = {flag.name: flag for flag in catalog.SCRIPT[name].flags}
    assert set(options) == set(flags)
    for flag_name, flag in flags.items():
        assert_agree(options[flag_name], flag)


def assert_agree(option: argparse.Action, flag: Flag) -> None:
    assert option.default == flag.default
    assert (option.nargs == 0) == (flag.kind is Kind.SWITCH)
    assert tuple(option.choices or ()) == flag.choices
