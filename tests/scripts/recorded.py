"""Real recordings, read where they are (SYNCS_RECORDINGS); what needs one is skipped, with the reason, where absent."""

import os

import pytest

from tests.scripts.sites import PROJECT

FOLDER = (PROJECT / os.environ.get("SYNCS_RECORDINGS", "../shared/data")).resolve()


def recorded(name: str) -> bytes:
    path = FOLDER / name
    if not path.is_file():
        pytest.skip(f"no recording {name} in {FOLDER}")
    return path.read_bytes()
