"""Documents in the sources' formats, as small as a test needs them."""

import csv
import io
import json
import zipfile
from typing import Any
from xml.sax.saxutils import escape

Json = dict[str, Any]

COLUMNS = (
    "id legislature civ nom prenom villeNaissance naissance groupe groupeAbrev departementNom departementCode circo"
    " datePriseFonction job mail twitter website dateMaj"
)


def scrutin(number: int, day: str = "2025-11-17", code: str = "adopté", **positions: list[str]) -> Json:
    """`positions` are lists of PA ids by the source's own key: pours, contres, abstentions, nonVotants."""
    nominative: Json = dict.fromkeys(("nonVotants", "pours", "contres", "abstentions"))
    for key, people in (positions or {"pours": ["PA1", "PA2"], "contres": ["PA3"]}).items():
        voters = [{"acteurRef": pa, "mandatRef": "PM1", "parDelegation": "false", "numPlace": "001"} for pa in people]
        # One voter is an object, several are a list: the source's JSON is made from XML.
        nominative[key] = {"votant": voters[0] if len(voters) == 1 else voters} if voters else None
    return {
        "uid": f"VTANR5L17V{number}",
        "numero": str(number),
        "legislature": "17",
        "dateScrutin": day,
        "titre": f"le scrutin n° {number}.",
        "sort": {"code": code, "libelle": ""},
        "syntheseVote": {"decompte": {"pour": "2", "contre": "1", "abstentions": "0", "nonVotants": None}},
        "ventilationVotes": {"organe": {"groupes": {"groupe": {"vote": {"decompteNominatif": nominative}}}}},
    }


def archive(*scrutins: Json) -> bytes:
    return zipped({f"json/{one['uid']}.json": json.dumps({"scrutin": one}) for one in scrutins})


def zipped(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return packed.getvalue()


def deputy_line(number: int, **changed: str) -> dict[str, str]:
    return {
        **dict.fromkeys(COLUMNS.split(), ""),
        "id": f"PA{number}",
        "legislature": "17",
        "nom": f"Nom{number}",
        "prenom": "Prénom",
        "groupe": "Les Riverains",
        "groupeAbrev": "RIV",
        "datePriseFonction": "2024-07-08",
        "dateMaj": "2025-11-24",
        **changed,
    }


def deputies_csv(*lines: dict[str, str]) -> str:
    written = io.StringIO()
    writer = csv.DictWriter(written, COLUMNS.split(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return written.getvalue()


def item(
    guid: str | None = None, link: str | None = None, title: str = "Un titre", text: str = "", date: str = ""
) -> str:
    parts = {"guid": guid, "link": link, "title": title, "description": text, "pubDate": date}
    return f"<item>{''.join(f'<{tag}>{escape(value)}</{tag}>' for tag, value in parts.items() if value)}</item>"


def rss(*items: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>{"".join(items)}</channel></rss>'
