"""Where a politician's portrait may be: addresses built from ids and names, best first.

The chambers show whom they have elected as they are now; the HATVP has members of the governments; what Wikidata calls
somebody's picture (P18) may be anything. Of the Sénat's two forms the first is that of its pages of
today.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from scripts.errors import RecordError
from scripts.models import IdSource, PhotoSource
from scripts.text import clean, fold, slug

ASSEMBLEE = "https://www.assemblee-nationale.fr/dyn/static/tribun/{legislature}/photos/carre/{number}.jpg"
SENAT = "https://www.senat.fr/senimg/{name}"
HATVP = "https://www.hatvp.fr/livraison/photos_gouvernement/{name}"
COMMONS = "https://upload.wikimedia.org/wikipedia/commons/{path}"
WIKIDATA = "https://www.wikidata.org/w/api.php"
PICTURE = "P18"
WIDTH = 330  # one of the widths that Commons keeps; others are refused
LEGISLATURE = 17  # of a deputy whose mandates are not known

#: A picture of a better source takes the place of one of a lesser, never the other way.
PRIORITY = {
    PhotoSource.ASSEMBLEE_NATIONALE: 10,
    PhotoSource.SENAT: 10,
    PhotoSource.GOUVERNEMENT: 10,
    PhotoSource.HATVP: 8,
    PhotoSource.WIKIDATA: 6,
}


@dataclass(frozen=True)
class Portrait:
    """An address that may be there or not. `name` is the file's, as a source in a folder has it."""

    source: PhotoSource
    name: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Whose portrait is looked for. `has_governed`: who is or was a member of a government."""

    first_name: str
    last_name: str
    ids: Mapping[IdSource, str]
    legislature: int | None
    has_governed: bool


def built(who: Subject) -> Iterator[Portrait]:
    """All but Wikidata's, best first: no network is needed to know them."""
    number = re.fullmatch(r"PA([0-9]{1,9})", who.ids.get(IdSource.ASSEMBLEE_NATIONALE, ""))
    if number:
        url = ASSEMBLEE.format(legislature=who.legislature or LEGISLATURE, number=number[1])
        yield Portrait(PhotoSource.ASSEMBLEE_NATIONALE, f"{number[0]}.jpg", url)
    matricule = who.ids.get(IdSource.SENAT, "")
    if re.fullmatch(r"[0-9A-Za-z]{1,12}", matricule):
        # « delattre_nathalie19719d_carre.jpg », as the pages of the Sénat have it; then the one of old.
        named = f"{_joined(who.last_name)}_{_joined(who.first_name)}{matricule.lower()}_carre.jpg"
        for name in (named, f"{matricule}.jpg"):
            yield Portrait(PhotoSource.SENAT, name, SENAT.format(name=name))
    if who.has_governed:
        name = f"{slug(who.last_name)}-{slug(who.first_name)}.jpg"
        yield Portrait(PhotoSource.HATVP, name, HATVP.format(name=name))


def item_of(who: Subject) -> str | None:
    """Their item in Wikidata, e.g. Q3171234."""
    item = who.ids.get(IdSource.WIKIDATA, "")
    return item if re.fullmatch(r"Q[1-9][0-9]{0,11}", item) else None


def pictures(content: bytes) -> list[str]:
    """The files that an answer of `wbgetclaims` names: the preferred ones, else those of normal rank.

    Raises RecordError where it is no such answer.
    """
    try:
        answer = json.loads(content)
        if "error" in answer:
            raise RecordError(f"answers {clean(str(answer['error']['code']))}")
        statements = answer["claims"].get(PICTURE, []) if answer["claims"] else []
        ranked = [(one["rank"], one["mainsnak"]["datavalue"]["value"]) for one in statements if _has_value(one)]
    except RecordError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RecordError(f"cannot be read ({type(error).__name__})") from error
    best = [file for rank, file in ranked if rank == "preferred"] or [file for rank, file in ranked if rank == "normal"]
    for file in best:
        if not isinstance(file, str) or not file or len(file) > 240 or "/" in file or file != clean(file):
            raise RecordError(f"names the file {file!r}")
    return best


def on_commons(file: str) -> Iterator[Portrait]:
    """A small one; and the file itself, of which there is no small one where it is small."""
    name = file.replace(" ", "_")
    name = name[0].upper() + name[1:]
    hashed = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
    folder, quoted = f"{hashed[0]}/{hashed[:2]}", quote(name)
    small = f"{WIDTH}px-{name}"
    if re.search(r"\.tiff?$", name, re.IGNORECASE):
        # No browser shows it; Commons makes a JPEG of its first page.
        small = f"lossy-page1-{small}.jpg"
    elif re.search(r"\.(jpe?g|png|webp)$", name, re.IGNORECASE) is None:
        return
    yield Portrait(PhotoSource.WIKIDATA, small, COMMONS.format(path=f"thumb/{folder}/{quoted}/{quote(small)}"))
    yield Portrait(PhotoSource.WIKIDATA, name, COMMONS.format(path=f"{folder}/{quoted}"))


def _has_value(statement: Mapping[str, Mapping[str, object]]) -> bool:
    return statement["mainsnak"]["snaktype"] == "value"


def _joined(name: str) -> str:
    """« de La Provôté » → de_la_provote"""
    return fold(name).replace(" ", "_")
