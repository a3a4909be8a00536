"""A scrutin that is off is counted and named; it stops no other, and takes nothing away."""

from typing import Any

import pytest

from scripts.errors import CalledWrongly, RecordError
from scripts.scrutins import public_vote
from scripts.settings import read_settings
from tests.scripts.documents import scrutin


def groups(one: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = one["ventilationVotes"]["organe"]["groupes"]
    return found


@pytest.mark.parametrize("nominative", ["none", [1], 3])
def test_positions_that_are_no_object_are_refused(nominative: object) -> None:
    one = scrutin(1)
    groups(one)["groupe"]["vote"]["decompteNominatif"] = nominative
    with pytest.raises(RecordError, match="no object"):
        public_vote(one, 17)


def test_a_delegation_that_is_no_word_is_refused() -> None:
    one = scrutin(1)
    groups(one)["groupe"]["vote"]["decompteNominatif"]["contres"]["votant"]["parDelegation"] = {"a": 1}
    with pytest.raises(RecordError, match="parDelegation"):
        public_vote(one, 17)


def test_announced_votes_without_a_voter_do_not_take_away_the_votes_there_are() -> None:
    one = scrutin(1)
    groups(one)["groupe"] = None
    with pytest.raises(RecordError, match="names 0 voters"):
        public_vote(one, 17)


@pytest.mark.parametrize(("key", "told"), [("pour", 3), ("contre", 2), ("abstentions", 1)])
def test_a_group_that_lost_its_list_takes_no_votes_away(key: str, told: int) -> None:
    one = scrutin(1)
    one["syntheseVote"]["decompte"][key] = str(told)
    with pytest.raises(RecordError, match=f"announces {told} votes .* and names {told - 1} voters"):
        public_vote(one, 17)


def test_not_every_one_who_does_not_vote_is_named() -> None:
    one = scrutin(1)
    one["syntheseVote"]["decompte"]["nonVotants"] = "9"
    assert public_vote(one, 17).non_voting == 9


@pytest.mark.parametrize("url", ["mysql://host/site?password=hidden", "mysql://bob:hidden@host/site"])
def test_no_password_of_a_database_is_shown(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(CalledWrongly) as refused:
        read_settings()
    assert "hidden" not in str(refused.value)
    assert "mysql" in str(refused.value)
