"""Packs each folder of JSON files into the archive beside it, the same bytes at every call.

python samples/pack.py
"""

import zipfile
from pathlib import Path

SAMPLES = Path(__file__).parent
ARCHIVES = ("sync-votes-an/Scrutins.json.zip", "sync-legislation/Dossiers_Legislatifs.json.zip")
A_DAY = (2025, 11, 24, 0, 0, 0)  # a file's own time would make other bytes on another machine


def pack(name: str, target: Path) -> None:
    """What is called `name` in SAMPLES, from the folder `json` beside it."""
    folder = (SAMPLES / name).parent
    # Stored, not deflated: how well zlib packs differs from one version to the next.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for source in sorted(folder.glob("json/**/*.json")):
            archive.writestr(zipfile.ZipInfo(source.relative_to(folder).as_posix(), A_DAY), source.read_bytes())


if __name__ == "__main__":
    for name in ARCHIVES:
        pack(name, SAMPLES / name)
