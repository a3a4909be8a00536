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


def jpeg(grey: int = 64) -> bytes:
    """A picture of 8 by 8 points in one grey, 0 to 127: a JPEG with tables of a single code each."""
    tables = (
        (0xDB, b"\x00" + b"\x10" * 64),
        (0xC0, b"\x08\x00\x08\x00\x08\x01\x01\x11\x00"),
        (0xC4, b"\x00\x01" + b"\x00" * 15 + b"\x07"),
        (0xC4, b"\x10\x01" + b"\x00" * 15 + b"\x00"),
        (0xDA, b"\x01\x01\x00\x00\x3f\x00"),
    )
    segments = b"".join(bytes((0xFF, kind)) + (len(body) + 2).to_bytes(2, "big") + body for kind, body in tables)
    # A zero, the grey in seven bits, a zero for "nothing else", and ones to the end of the byte.
    return b"\xff\xd8" + segments + bytes((grey, 0x7F)) + b"\xff\xd9"


def mep(number: int, **changed: object) -> Json:
    """A record of the European Parliament's list of sitting members."""
    return {
        "id": f"person/{number}",
        "type": "Person",
        "identifier": str(number),
        "label": f"Prénom NOM{number}",
        "familyName": f"Nomé{number}",
        "givenName": "Prénom",
        "sortLabel": f"NOME{number}",
        "api:country-of-representation": "FR",
        "api:political-group": "Renew",
        **changed,
    }


def foreign_mep(number: int) -> Json:
    return mep(number, **{"api:country-of-representation": "DE"})


def mep_detail(number: int, *seats: Json, **changed: object) -> Json:
    """A member's own record; without `seats` they sit in term 10."""
    return {
        "id": f"person/{number}",
        "type": "Person",
        "identifier": str(number),
        "bday": f"1970-01-{number % 28 + 1:02}",
        "hasGender": "http://publications.europa.eu/resource/authority/human-sex/FEMALE",
        "hasEmail": f"mailto:nome{number}@europarl.example",
        "placeOfBirth": "Fontbrume",
        "hasMembership": [committee(), *(seats or (seat(),))],
        **changed,
    }


def seat(term: int = 10, since: str = "2024-07-16", until: str | None = None) -> Json:
    period = {"type": "PeriodOfTime", "startDate": since} | ({"endDate": until} if until else {})
    role = "def/ep-roles/MEMBER_PARLIAMENT"
    return {"type": "Membership", "memberDuring": period, "organization": f"org/ep-{term}", "role": role}


def committee() -> Json:
    return {**seat(), "organization": "org/6562", "role": "def/ep-roles/MEMBER"}


def linked(*records: object) -> str:
    """JSON-LD as the European Parliament sends it."""
    context = [{"data": "@graph", "@base": "https://data.europarl.europa.eu/"}]
    return json.dumps({"data": records, "@context": context}, ensure_ascii=False)


def claims(*files: str, rank: str = "normal") -> str:
    """Wikidata's answer to wbgetclaims for pictures."""
    value = [{"snaktype": "value", "datavalue": {"value": file, "type": "string"}} for file in files]
    return json.dumps({"claims": {"P18": [{"mainsnak": snak, "rank": rank} for snak in value]} if files else {}})
