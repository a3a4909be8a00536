"""The list of the governments and the HATVP's, as small as a test needs them; and people for them to be about."""

import csv
import io
import json

from sqlalchemy.orm import Session

from scripts.database import connected
from scripts.identity import Identities, Person
from scripts.settings import database_url
from tests.scripts.sites import Site

GOVERNMENTS = ("sync-gouvernement", "liste-membres-gouvernements-5eme-republique.csv")
HATVP = ("sync-hatvp", "liste.csv")
FUNCTION_COLUMNS = "id gouvernement code_fonction prenom nom fonction date_debut_fonction date_fin_fonction"
DECLARATION_COLUMNS = (
    "civilite prenom nom classement type_mandat qualite type_document departement date_publication date_depot"
    " nom_fichier url_dossier open_data statut_publication id_origine url_photo"
)
DATASET_PAGE = json.dumps(
    {
        "resources": [
            {"format": "csv", "url": "https://static.example/liste-gouvernements-5eme-republique.csv"},
            {"format": "csv", "url": f"https://static.example/{GOVERNMENTS[1]}"},
        ]
    }
)

Line = dict[str, str]


def function_line(number: int, **changed: str) -> Line:
    return {
        "id": "9900",
        "gouvernement": "Gédéon Théorème",
        "code_fonction": "M",
        "prenom": "Zoé",
        "nom": f"Été{number}",
        "fonction": f"Ministre de l'été n° {number}",
        "date_debut_fonction": "lundi 23 décembre 2024",
        "date_fin_fonction": "",
        **changed,
    }


def governments_csv(*lines: Line) -> str:
    return _csv(FUNCTION_COLUMNS, lines)


def declaration_line(number: int, **changed: str) -> Line:
    """Of deputy PA<number>."""
    return {
        **dict.fromkeys(DECLARATION_COLUMNS.split(), ""),
        "civilite": "Mme",
        "prenom": "Zoé",
        "nom": f"ÉTÉ{number}",
        "classement": f"ÉTÉ{number} Zoé{number}",
        "type_mandat": "depute",
        "qualite": "Députée de l'Été",
        "type_document": "dia",
        "date_publication": "2025-06-17",
        "date_depot": "2024-08-04",
        "nom_fichier": f"ete{number}-zoe-dia{number}-depute-69.pdf",
        "url_dossier": f"/pages_nominatives/ete{number}-zoe-{number}",
        "statut_publication": "Livrée",
        "id_origine": str(number),
        **changed,
    }


def hatvp_csv(*lines: Line) -> str:
    return _csv(DECLARATION_COLUMNS, lines)


def know(site: Site, *people: Person) -> None:
    """Makes them politicians of the site's."""
    with connected(database_url(site.url)) as engine, Session(engine) as session, session.begin():
        for person in people:
            assert Identities(session).place(person), f"{person.name} is a doubt"


def _csv(columns: str, lines: tuple[Line, ...]) -> str:
    written = io.StringIO()
    writer = csv.DictWriter(written, columns.split(), delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(lines)
    return "\ufeff" + written.getvalue()
