"""Packs sync-votes-an/json/*.json into sync-votes-an/Scrutins.json.zip, the same bytes at every call.

python samples/pack.py
"""

import zipfile
from pathlib import Path

FOLDER = Path(__file__).parent / "sync-votes-an"
A_DAY = (2025, 11, 24, 0, 0, 0)  # a file's own time would make other bytes on another machine


def pack(target: Path) -> None:
    # Stored, not deflated: how well zlib packs differs from one version to the next.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for source in sorted(FOLDER.glob("json/*.json")):
            archive.writestr(zipfile.ZipInfo(f"json/{source.name}", A_DAY), source.read_bytes())


if __name__ == "__main__":
    pack(FOLDER / "Scrutins.json.zip")
