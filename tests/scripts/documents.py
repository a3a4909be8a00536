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
    told = positions or {"pours": ["PA1", "PA2"], "contres": ["PA3"]}
    nominative: Json = dict.fromkeys(("nonVotants", "pours", "contres", "abstentions"))
    for key, people in told.items():
        voters = [{"acteurRef": pa, "mandatRef": "PM1", "parDelegation": "false", "numPlace": "001"} for pa in people]
        # One voter is an object, several are a list: the source's JSON is made from XML.
        nominative[key] = {"votant": voters[0] if len(voters) == 1 else voters} if voters else None
    counts = {key.removesuffix("s"): str(len(told.get(key, []))) for key in ("pours", "contres")}
    counts["abstentions"] = str(len(told.get("abstentions", [])))
    return {
        "uid": f"VTANR5L17V{number}",
        "numero": str(number),
        "legislature": "17",
        "dateScrutin": day,
        "titre": f"le scrutin n° {number}.",
        "sort": {"code": code, "libelle": ""},
        "syntheseVote": {"decompte": counts | {"nonVotants": None}},
        "ventilationVotes": {"organe": {"groupes": {"groupe": {"vote": {"decompteNominatif": nominative}}}}},
    }


def archive(*scrutins: Json) -> bytes:
    return zipped({f"json/{one['uid']}.json": json.dumps({"scrutin": one}) for one in scrutins})


def act(code: str, day: str | None = "2025-11-17", *acts: Json, **more: Any) -> Json:
    """A step of a legislative file, with the steps that it consists of."""
    return {
        "@xsi:type": "Etape_Type",
        "uid": f"L17-{code}",
        "codeActe": code,
        "libelleActe": {"nomCanonique": code, "libelleCourt": code},
        "organeRef": "PO838901",
        "dateActe": day and f"{day}T00:00:00.000+01:00",
        "actesLegislatifs": nested(*acts),
        **more,
    }


def nested(*acts: Json) -> Json | None:
    # One act is an object, several are a list.
    return {"acteLegislatif": acts[0] if len(acts) == 1 else list(acts)} if acts else None


def dossier(number: int, *acts: Json, **changed: Any) -> Json:
    """A legislative file; without `acts` it has just been filed, with the text PIONANR5L17B<number>."""
    filed = act("AN1-DEPOT", texteAssocie=f"PIONANR5L17B{number:04}")
    return {
        "@xsi:type": "DossierLegislatif_Type",
        "uid": f"DLR5L17N{number}",
        "legislature": "17",
        "titreDossier": {"titre": f"Le dossier n° {number}", "titreChemin": f"dossier_{number}", "senatChemin": None},
        "procedureParlementaire": {"code": "2", "libelle": "Proposition de loi ordinaire"},
        "initiateur": None,
        "actesLegislatifs": nested(*(acts or (act("AN1", None, filed),))),
        **changed,
    }


def dossiers(*files: Json) -> bytes:
    return zipped(
        {f"json/dossierParlementaire/{one['uid']}.json": json.dumps({"dossierParlementaire": one}) for one in files}
    )


def bill(*paragraphs: str, heading: str = "EXPOSÉ DES MOTIFS", law: str = "<p>Article 1<sup>er</sup></p>") -> str:
    """A filed text, as the Assemblée publishes it in HTML, with these paragraphs of a statement."""
    told = "".join(f"<p>{one}</p>" for one in paragraphs or ("Mesdames, Messieurs,", "Le loup est à nos portes. " * 5))
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>x</title></head><body>'
        f"<p>PROPOSITION DE LOI</p><p>visant à protéger les bergers,</p><p>{heading}</p>{told}"
        f"<p>PROPOSITION DE LOI</p>{law}<p>Le code rural est ainsi modifié.</p></body></html>"
    )


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
