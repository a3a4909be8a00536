"""The Assemblée's votes and deputies as recorded, held against its own register and the Répertoire des élus."""

import csv
import io
import json
import zipfile
from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from scripts import scrutins
from scripts.deputies import Deputy, deputy, lines
from scripts.text import fold
from tests.scripts.recorded import recorded

LEGISLATURE = 17


@pytest.fixture(scope="module")
def register() -> dict[str, Any]:
    """Everybody whom the Assemblée's own register knows, by their id."""
    with zipfile.ZipFile(io.BytesIO(recorded("an/acteurs_603.json.zip"))) as archive:
        people = [json.loads(archive.read(name))["acteur"] for name in archive.namelist() if name.endswith(".json")]
    return {one["uid"]["#text"]: one["etatCivil"] for one in people}


@pytest.fixture(scope="module")
def deputies() -> list[Deputy]:
    return [deputy(line) for line in lines(recorded("datan/deputes-active_L17_2025-12.csv"))]


def test_every_voter_is_in_the_assemblys_register_and_sits(register: dict[str, Any], deputies: list[Deputy]) -> None:
    archive = scrutins.archive(recorded("an/Scrutins_L17_last150.json.zip"), LEGISLATURE)
    votes = [scrutins.public_vote(archive.read(uid, scrutins.KEY), LEGISLATURE) for uid in archive.uids]
    voters = {ballot.acteur_ref for vote in votes for ballot in vote.ballots}
    assert (len(votes), len(voters), len(register)) == (150, 503, 603)
    assert voters - register.keys() == set()
    assert voters - {one.id for one in deputies} == set()


def test_the_ballots_add_up_to_what_is_announced() -> None:
    archive = scrutins.archive(recorded("an/Scrutins_L17_last150.json.zip"), LEGISLATURE)
    for uid in archive.uids:
        vote = scrutins.public_vote(archive.read(uid, scrutins.KEY), LEGISLATURE)
        counted = Counter(ballot.position.value for ballot in vote.ballots)
        announced = (vote.votes_for, vote.votes_against, vote.abstentions, vote.non_voting)
        assert tuple(counted[key] for key in ("POUR", "CONTRE", "ABSTENTION", "NON_VOTANT")) == announced, uid


def test_the_deputies_are_whom_the_assemblys_register_says(register: dict[str, Any], deputies: list[Deputy]) -> None:
    assert len(deputies) == 575
    for one in deputies:
        civil = register[one.id]
        said = (civil["ident"]["prenom"], civil["ident"]["nom"], civil["infoNaissance"]["dateNais"])
        assert (one.first_name, one.last_name, str(one.birth_date)) == said, one.id


def test_the_repertoire_of_the_elected_says_the_same_of_those_whom_both_know(deputies: list[Deputy]) -> None:
    """574 deputies of an earlier day than the 575: the others have left since, most of them for the government."""
    text = recorded("rne/elus-deputes-dep.csv").decode("utf-8-sig")
    elected = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    by_name = {fold(f"{one.first_name} {one.last_name}"): one for one in deputies}
    assert (len(elected), len(by_name)) == (574, 575)
    agree, left = 0, 0
    another_day, another_spelling = {}, {}
    for line in elected:
        born = datetime.strptime(line["Date de naissance"], "%d/%m/%Y").date()  # noqa: DTZ007 - a plain day
        first_name, last_name = line["Prénom de l'élu"], line["Nom de l'élu"]
        known = by_name.get(fold(f"{first_name} {last_name}"))
        first_word = fold(first_name).split()[0]
        alike = [one for one in deputies if one.birth_date == born and fold(one.first_name).split()[0] == first_word]
        if known is None and alike:
            another_spelling[last_name] = [one.last_name for one in alike]
        elif known is None:
            left += 1
        elif known.birth_date != born:
            another_day[last_name] = (str(born), str(known.birth_date))
        else:
            agree += 1
    assert (agree, left) == (544, 22)
    assert another_day == {"GALZY": ("1981-10-21", "1981-10-20")}
    assert sorted(another_spelling.values()) == [
        ["Favennec-Bécot"], ["K/Bidi"], ["Lucas-Lundy"], ["Reid Arbelot"], ["Ricourt Vaginay"], ["Taché"], ["Vos"],
    ]  # fmt: skip
