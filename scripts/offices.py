"""Which office an item of Wikidata is: by a table of well-known ones, or by the class that Wikidata itself gives it."""

from __future__ import annotations

from scripts.errors import RecordError
from scripts.models import GOVERNMENT, Office
from scripts.statements import Entity

_MAYOR, _MAYOR_IN_FRANCE, _MINISTER = "Q30185", "Q382617", "Q83307"
#: Of these the item does not say the place, and the statement may.
MAYORS = frozenset({_MAYOR, _MAYOR_IN_FRANCE})
#: « membre de l'Assemblée nationale », « sénateur », « député européen », … : the item alone says all.
OFFICES = {
    "Q191954": Office.PRESIDENT,
    "Q1587677": Office.PREMIER_MINISTRE,
    "Q3044918": Office.DEPUTE,
    "Q14828018": Office.SENATEUR,
    "Q27169": Office.DEPUTE_EUROPEEN,
    _MAYOR: Office.MAIRE,
    _MAYOR_IN_FRANCE: Office.MAIRE,
    _MINISTER: Office.MINISTRE,
}
#: What an office is a kind of (P279), as « ministre de l'Intérieur » and « maire de Nantes » are.
_KINDS = {_MINISTER: Office.MINISTRE, _MAYOR: Office.MAIRE}
_SUBCLASS, _COUNTRY, _JURISDICTION, _FRANCE = "P279", "P17", "P1001", "Q142"

#: Offices of which other scripts know who holds them today: the chambers', the presidents' and the governments' lists.
KNOWN_ELSEWHERE = GOVERNMENT | {Office.PRESIDENT, Office.DEPUTE, Office.SENATEUR, Office.DEPUTE_EUROPEEN}


def office_of(entity: Entity) -> Office:
    """AUTRE where neither the table nor its classes say more: its label is then all that is known of it.

    There are ministers and mayors elsewhere too: one is ours only where Wikidata says that the office is of France.
    """
    kinds = _items(entity, _SUBCLASS)
    if _MAYOR_IN_FRANCE in kinds:
        return Office.MAIRE
    if _FRANCE in _items(entity, _COUNTRY) | _items(entity, _JURISDICTION):
        return next((office for kind, office in _KINDS.items() if kind in kinds), Office.AUTRE)
    return Office.AUTRE


def _items(entity: Entity, property_: str) -> set[str]:
    try:
        return {found for one in entity.statements(property_) if (found := one.main.item())}
    except RecordError as error:
        raise RecordError(f"{entity.id} {error}") from error
