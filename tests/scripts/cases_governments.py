"""The lists of the governments and of the HATVP."""

from scripts import sync_gouvernement, sync_hatvp
from scripts.identity import Person
from scripts.models import IdSource
from tests.scripts.governments import (
    DATASET_PAGE,
    GOVERNMENTS,
    HATVP,
    declaration_line,
    function_line,
    governments_csv,
    hatvp_csv,
    know,
)
from tests.scripts.matrix import Case
from tests.scripts.sites import Site

_FUNCTIONS = [
    *(function_line(number) for number in range(1, 5)),
    function_line(
        1, id="9899", date_debut_fonction="jeudi 18 juillet 2024", date_fin_fonction="lundi 23 décembre 2024"
    ),
]
_DECLARATIONS = [
    *(declaration_line(number) for number in range(1, 5)),
    declaration_line(5, statut_publication="En cours", nom_fichier=""),
    declaration_line(6, type_mandat="commune", id_origine=""),
]


def _deputies(site: Site) -> None:
    know(
        site,
        *(
            Person(
                source=IdSource.ASSEMBLEE_NATIONALE,
                external_id=f"PA{number}",
                first_name="Zoé",
                last_name=f"Été{number}",
            )
            for number in range(1, 8)
        ),
    )


CASES = [
    *(
        Case(
            script="sync-gouvernement",
            flags=flags,
            documents={GOVERNMENTS[1]: governments_csv(*_FUNCTIONS), "dataset.json": DATASET_PAGE},
            main=GOVERNMENTS[1],
            good=good,
            counter="mandatesCreated",
            malformed=governments_csv(*_FUNCTIONS, function_line(9, date_debut_fonction="hier")),
            empty=governments_csv(),
            foreign=governments_csv(*_FUNCTIONS).removeprefix("\ufeff").encode("latin-1"),
            too_large=sync_gouvernement.MAX_BYTES,
            written=("membersCreated", "membersUpdated", "mandatesCreated", "mandatesUpdated", "mandatesClosed"),
        )
        for flags, good in (((), 4), (("--all",), 5))
    ),
    Case(
        script="sync-hatvp",
        documents={HATVP[1]: hatvp_csv(*_DECLARATIONS)},
        main=HATVP[1],
        good=4,
        counter="declarationsCreated",
        malformed=hatvp_csv(*_DECLARATIONS, declaration_line(7, date_depot="hier")),
        empty=hatvp_csv(),
        foreign=hatvp_csv(*_DECLARATIONS).removeprefix("\ufeff").encode("latin-1"),
        too_large=sync_hatvp.MAX_BYTES,
        before=_deputies,
        written=("declarationsCreated", "declarationsUpdated", "declarationsDeleted"),
    ),
]
