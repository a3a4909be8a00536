"""One table resolves every spelling of a name, and one function checks what is asked of it (DESIGN.md 3.1).

Every way in (API, command line, event) goes through here: a name that nothing answers to is an error that suggests the
nearest ones, never a job lost in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from flows.catalog.errors import FlagRefused, UnknownName, shown
from flows.catalog.flags import Flag, Flags, FlagValue, Kind
from flows.catalog.groups import GROUPS, Group
from flows.catalog.scripts import SCRIPT, SCRIPTS, Script
from flows.catalog.sentences import Sentence

Target = Script | Group


def _spellings() -> Iterator[tuple[str, Target]]:
    """Later ones win: `discover-affairs` and `index-embeddings`, which are both, are the group."""
    for script in SCRIPTS:
        yield f"sync/{script.name}", script
        yield script.deployment, script
        yield script.name, script
    for group in GROUPS:
        if group.name not in SCRIPT:
            yield group.name, group
        yield group.deployment, group
        yield group.event, group
        yield group.cli, group
        yield group.short, group


SPELLINGS: Mapping[str, Target] = dict(_spellings())


def resolve(written: str) -> Target:
    """The script, group or day that a name means, in any of its spellings. Raises UnknownName with the nearest."""
    try:
        return SPELLINGS[written]
    except KeyError:
        raise UnknownName(written, tuple(get_close_matches(written[:100].lower(), SPELLINGS, n=3))) from None


def check_flags(target: Target, given: Mapping[str, object]) -> Flags:
    """The flags, each known to the target and within what it allows. Raises FlagRefused for the first that is not."""
    return {name: _flag(target, name).check(value) for name, value in given.items()}


def read_flags(target: Target, words: Sequence[str]) -> Flags:
    """The flags as written on a command line: `--limit=50 --dry-run`. Raises FlagRefused for the first that is off."""
    flags: dict[str, FlagValue] = {}
    for word in words:
        name, separator, value = word.removeprefix("--").partition("=")
        if not word.startswith("--"):
            raise FlagRefused(
                "{word} is not a flag: flags are written --name=value. {takes}", word=shown(word), takes=_takes(target)
            )
        flag = _flag(target, name)
        if flag.name in flags:
            raise FlagRefused("--{flag} is given twice.", flag=flag.name)
        if not separator and flag.kind is not Kind.SWITCH:
            raise FlagRefused("--{flag} needs a value, --{flag}=...: {allowed}.", flag=flag.name, allowed=flag.values)
        flags[name] = flag.read(value) if separator else True
    return flags


def _flag(target: Target, name: str) -> Flag:
    for flag in target.flags:
        if flag.name == name:
            return flag
    names = [flag.name for flag in target.flags]
    about = {"target": target.cli, "flag": shown("--" + name), "takes": _takes(target)}
    if nearest := get_close_matches(name[:100], names, n=1):
        raise FlagRefused(
            "{target} has no flag {flag}. Did you mean --{nearest}? {takes}",
            members={"flags": names},
            nearest=nearest[0],
            **about,
        )
    raise FlagRefused("{target} has no flag {flag}. {takes}", members={"flags": names}, **about)


def _takes(target: Target) -> Sentence:
    names = ", ".join(f"--{flag.name}" for flag in target.flags)
    return Sentence("It takes {names}.", {"names": names}) if names else Sentence("It takes no flags.")
