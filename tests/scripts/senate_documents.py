"""Documents in the Sénat's formats, as small as a test needs them."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from html.entities import codepoint2name
from typing import Any

from scripts.odsen import COLUMNS, ELUSEN, GENERAL

Json = dict[str, Any]
SESSION = 2025
LETTERS = "ABCDEFGHJK"


def ref(number: int) -> str:
    return f"60{number:03d}{LETTERS[number % len(LETTERS)]}"


def senator(number: int, **changed: Any) -> Json:
    return {
        "matricule": ref(number),
        "nom": f"Nom{number}",
        "prenom": "Prénom",
        "civilite": "Mme",
        "feminise": True,
        "serie": 2,
        "siege": number,
        "url": f"/senateur/nom{number}_prenom{ref(number).lower()}.html",
        "urlAvatar": f"/senimg/nom{number}_prenom{ref(number).lower()}_carre.jpg",
        "groupe": {"code": "SOC", "libelle": "Groupe Socialiste", "ordre": 1},
        "circonscription": {"code": "101", "libelle": "Val-Mirage", "ordre": 1},
        **changed,
    }


def senators_json(*people: Json) -> str:
    return json.dumps(people, ensure_ascii=False)


def general_line(number: int, **changed: str) -> dict[str, str]:
    """`changed` are columns, with _ for a space."""
    return {
        **dict.fromkeys(COLUMNS[GENERAL], ""),
        "Matricule": ref(number),
        "Qualité": "Mme",
        "Nom usuel": f"Nom{number}",
        "Prénom usuel": "Prénom",
        "État": "ACTIF",
        "Date naissance": f"1960-01-{number:02d} 00:00:00.0",
        **{name.replace("_", " "): value for name, value in changed.items()},
    }


def elusen_line(number: int, started: str = "2023-10-02", ended: str = "") -> dict[str, str]:
    days = [f"{day} 00:00:00.0" if day else "" for day in (started, ended)]
    return dict(zip(COLUMNS[ELUSEN], (ref(number), *days), strict=True))


def odsen_csv(name: str, *lines: Mapping[str, str], count: int | None = None) -> bytes:
    written = io.StringIO()
    written.write("% Requête :\r\n% Aucun paramètre\r\n")
    written.write(f"% {count or len(lines)} ligne(s) de résultat\r\n")
    writer = csv.DictWriter(written, COLUMNS[name], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(lines)
    return written.getvalue().encode("cp1252")


def general_csv(*lines: Mapping[str, str]) -> bytes:
    return odsen_csv(GENERAL, *lines)


def elusen_csv(*lines: Mapping[str, str]) -> bytes:
    return odsen_csv(ELUSEN, *lines)


def entities(text: str) -> str:
    """As the Sénat writes its pages: in ASCII, accents as entities."""
    return "".join(c if ord(c) < 128 else f"&{codepoint2name[ord(c)]};" for c in text)


def session_page(numbers: Sequence[int], session: int = SESSION) -> str:
    links = "".join(
        f'<p class="my-2"><a href="{session}/scr{session}-{n}.html">Scrutin N&deg;{n}</a> : sur un article '
        f'<span class="badge rounded-pill text-bg-success">Adopt&eacute;</span></p>\n'
        for n in numbers
    )
    return f"<!DOCTYPE html><html><head><title>Scrutins é</title></head><body>{links}</body></html>\n"


def vote_page(
    number: int,
    day: str = "17 novembre 2025",
    title: str = "sur l'ensemble du projet de loi, adopté par l'Assemblée nationale",
    badge: str = "Adopté",
    totals: tuple[int, int, int, int] = (2, 1, 0, 1),
) -> str:
    yes, no, abstained, absent = totals
    return entities(
        f"""<!DOCTYPE html>
<html lang="fr"><head><title>Scrutin n°{number} - Sénat</title><script>var votes = "99 pour <b>";</script></head><body>
<!-- <h1>Scrutin n°1</h1> -->
<h1 class="page-title">
    Scrutin n°{number} - séance du {day}
</h1>
<p class="page-lead">{title}</p>
<p class="hstack gap-1 my-2"><span class="badge rounded-pill text-bg-success">{badge}</span></p>
<h2 class="card-title">Résultat du scrutin</h2>
<ul class="list-unstyled row"><li class="col"><strong class="display-4">{yes + no + abstained}</strong>
votants</li><li class="col"><strong>{yes + no}</strong>
suffrages exprimés</li><li class="col"><strong>{yes}</strong>
pour</li><li class="col"><strong>{no}</strong>
contre</li></ul>
<ul class="list-inline text-center"><li>Abstention\u00a0:
<span class="fw-semibold">{abstained}</span></li><li>N'ont pas pris part au vote\u00a0:
<span class="fw-semibold">{absent}</span></li></ul>
<h2>Analyse par groupes politiques</h2>
<ul><li>Pour\u00a0: <span>7</span></li><li>Contre\u00a0: <span>7</span></li></ul>
</body></html>
"""
    )


def votes_json(**positions: Sequence[str]) -> str:
    """`positions` are matricules by the source's own code: p, c, a, n."""
    told = positions or {"p": [ref(1), ref(2)], "c": [ref(3)], "n": [ref(4)]}
    return json.dumps(
        {
            "votes": [
                {"matricule": who, "vote": code, "siege": place}
                for code, people in told.items()
                for place, who in enumerate(people, start=1)
            ]
        }
    )


def session_documents(numbers: Sequence[int], session: int = SESSION) -> dict[str, str]:
    found = {f"scr{session}.html": session_page(numbers, session)}
    for number in numbers:
        found[f"{session}/scr{session}-{number}.html"] = vote_page(number, day=f"17 novembre {session}")
        found[f"{session}/scr{session}-{number}.json"] = votes_json()
    return found
