"""`syncs` as people call it: a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

SYNCS = Path(sys.executable).with_name("syncs")


def syncs(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return syncs_in(Path.cwd(), *words, **environment)


def syncs_in(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """In a folder of which it reads the `.env`."""
    return subprocess.run(
        [SYNCS, *words],
        env={**os.environ, "COLUMNS": "300", **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
