"""Who is who: each rule of scripts.identity, and what holds of all of them together; and how a person decides."""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from scripts.database import connected
from scripts.errors import RecordError
from scripts.identity import Identities, Person, Placed, learn
from scripts.models import Doubt, ExternalId, IdSource, Politician
from scripts.settings import database_url
from tests.scripts.documents import deputies_csv, deputy_line
from tests.scripts.sites import Outcome, Site

AN, SENAT, EUROPE = IdSource.ASSEMBLEE_NATIONALE, IdSource.SENAT, IdSource.PARLEMENT_EUROPEEN
WIKIDATA, HATVP = IdSource.WIKIDATA, IdSource.HATVP
BORN = date(1960, 5, 17)
CSV = ("sync-assemblee", "deputes-active.csv")


@pytest.fixture
def engine(site: Site) -> Iterator[Engine]:
    with connected(database_url(site.url)) as engine:
        yield engine


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session


def person(source: IdSource, id_: str, name: str = "Anne Roche", born: date | None = BORN, **others: str) -> Person:
    """`others` by the name of their source: SENAT="1"."""
    first, _, last = name.partition(" ")
    stated = {IdSource[name]: other for name, other in others.items()}
    return Person(source=source, external_id=id_, first_name=first, last_name=last, birth_date=born, others=stated)


def place(session: Session, *people: Person) -> list[Placed | None]:
    """As one script's batch does."""
    identities = Identities(session)
    return [identities.place(one) for one in people]


def owners(session: Session) -> dict[tuple[IdSource, str], int]:
    rows = select(ExternalId.source, ExternalId.external_id, ExternalId.politician_id)
    return {(source, id_): politician for source, id_, politician in session.execute(rows)}


def slugs(session: Session) -> list[str]:
    return list(session.scalars(select(Politician.slug).order_by(Politician.id)))


def doubts(session: Session) -> list[Doubt]:
    return list(session.scalars(select(Doubt).order_by(Doubt.id)))


def test_who_is_not_known_is_made_and_known_from_then_on(session: Session) -> None:
    [made] = place(session, person(AN, "PA1"))
    assert made
    assert (made.slug, made.is_new) == ("anne-roche", True)
    [found] = place(session, person(AN, "PA1"))
    assert found == replace(made, is_new=False)
    assert owners(session) == {(AN, "PA1"): made.politician_id}


def test_an_id_is_stronger_than_a_name_and_a_birth_date(session: Session) -> None:
    place(session, person(AN, "PA1"))
    [found] = place(session, person(AN, "PA1", "Anna Rocca", date(1961, 1, 1)))
    assert found
    assert found.slug == "anne-roche"
    assert slugs(session) == ["anne-roche"]


def test_an_id_of_another_source_that_it_states_is_as_good_as_its_own(session: Session) -> None:
    place(session, person(AN, "PA1"))
    [found] = place(session, person(WIKIDATA, "Q1", "Madame Roche-Dubois", None, ASSEMBLEE_NATIONALE="PA1", SENAT="7"))
    assert found
    assert found.slug == "anne-roche"
    assert set(owners(session)) == {(AN, "PA1"), (WIKIDATA, "Q1"), (SENAT, "7")}
    assert len(set(owners(session).values())) == 1
    assert Identities(session).find(SENAT, "7") == found


def test_find_knows_ids_only(session: Session) -> None:
    place(session, person(AN, "PA1"))
    identities = Identities(session)
    assert identities.find(SENAT, "PA1") is None
    assert identities.find(AN, "PA2") is None
    found = identities.find(AN, "PA1")
    assert found
    assert (found.slug, found.is_new) == ("anne-roche", False)


def test_the_same_name_and_birth_date_across_sources_is_one(session: Session) -> None:
    found = place(session, person(AN, "PA1"), person(SENAT, "7"), person(EUROPE, "123"))
    assert {one and one.slug for one in found} == {"anne-roche"}
    assert [one and one.is_new for one in found] == [True, False, False]
    assert doubts(session) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Élodie Haÿ", "ELODIE HAY"),
        ("Jean-Noël d'Œuvre", "jean noel D’OEUVRE"),
        ("Anne Le Gall-Roux", "Anne LE GALL ROUX"),
        ("E\u0301lodie Hay", "\u00c9lodie Hay"),
        ("Anne\u00a0Roche", "Anne Roche"),
        ("Γιώργος Παπαδάκης", "ΓΙΏΡΓΟΣ ΠΑΠΑΔΆΚΗΣ"),
    ],
)
def test_a_name_is_the_same_however_it_is_spelled(session: Session, one: str, other: str) -> None:
    first, second = place(session, person(AN, "PA1", one), person(SENAT, "7", other))
    assert first
    assert second
    assert first.politician_id == second.politician_id


@pytest.mark.parametrize(("one", "other"), [("Γιώργος Παπαδάκης", "Νίκος Οικονόμου"), ("Ян Kowalski", "Жан Kowalski")])
def test_names_of_other_letters_are_not_the_same_for_having_none_of_ours(
    session: Session, one: str, other: str
) -> None:
    place(session, person(AN, "PA1", one, None), person(SENAT, "7", other, None))
    assert len(slugs(session)) == 2
    assert all(slugs(session))


@pytest.mark.parametrize("known", [BORN, None])
@pytest.mark.parametrize("said", [BORN, None])
def test_the_same_name_while_a_birth_date_is_not_known_is_a_doubt(
    session: Session, known: date | None, said: date | None
) -> None:
    _, found = place(session, person(AN, "PA1", born=known), person(SENAT, "7", born=said))
    if known and said:
        assert found
        assert doubts(session) == []
        return
    assert found is None
    [doubt] = doubts(session)
    assert (doubt.source, doubt.external_id, doubt.name, doubt.birth_date) == (SENAT, "7", "Anne Roche", said)
    assert doubt.why == "the same name, and a birth date is not known"
    assert doubt.candidates == ["anne-roche"]
    assert (doubt.politician_id, doubt.is_new) == (None, False)


def test_two_who_fit_are_a_doubt(session: Session) -> None:
    place(session, person(AN, "PA1"), person(AN, "PA2"))
    [found] = place(session, person(SENAT, "7"))
    assert found is None
    assert [doubt.candidates for doubt in doubts(session)] == [["anne-roche", "anne-roche-pa2"]]


def test_the_same_last_name_and_birth_date_under_another_first_name_is_a_doubt(session: Session) -> None:
    _, found = place(session, person(AN, "PA1"), person(SENAT, "7", "Anne-Marie Roche"))
    assert found is None
    assert [doubt.why for doubt in doubts(session)] == ["the same last name and birth date, and another first name"]


def test_namesakes_who_were_born_on_different_days_are_two(session: Session) -> None:
    found = place(session, person(AN, "PA1"), person(SENAT, "7", born=date(1980, 1, 1)))
    assert [one and one.slug for one in found] == ["anne-roche", "anne-roche-7"]


def test_a_known_birth_date_that_fits_is_enough_beside_a_namesake_without_one(session: Session) -> None:
    place(session, person(AN, "PA1", born=None), person(AN, "PA2"))
    [found] = place(session, person(SENAT, "7"))
    assert found
    assert found.slug == "anne-roche-pa2"


@pytest.mark.parametrize("other", ["Anne Roche", "Marie Roche"])
@pytest.mark.parametrize("born", [BORN, None])
def test_two_ids_of_one_source_are_two_people_whatever_else_they_share(
    session: Session, other: str, born: date | None
) -> None:
    place(session, person(AN, "PA1", born=born), person(AN, "PA2", other, born))
    assert len(slugs(session)) == 2
    assert doubts(session) == []


def test_so_are_two_who_state_different_ids_of_a_third(session: Session) -> None:
    place(session, person(AN, "PA1", WIKIDATA="Q1"), person(SENAT, "7", WIKIDATA="Q2"))
    assert len(slugs(session)) == 2


def refused(session: Session, one: Person, why: str) -> None:
    before = owners(session), slugs(session), doubts(session)
    with pytest.raises(RecordError, match=why):
        Identities(session).place(one)
    assert (owners(session), slugs(session), doubts(session)) == before


def test_ids_of_two_politicians_are_refused(session: Session) -> None:
    place(session, person(AN, "PA1"), person(SENAT, "7", "Luc Noir"))
    refused(session, person(WIKIDATA, "Q1", ASSEMBLEE_NATIONALE="PA1", SENAT="7"), "anne-roche, luc-noir")
    refused(session, person(AN, "PA1", SENAT="7"), "the ids of several politicians: anne-roche, luc-noir")


def test_a_second_id_of_one_source_is_refused(session: Session) -> None:
    place(session, person(WIKIDATA, "Q1", ASSEMBLEE_NATIONALE="PA1"))
    why = "would be anne-roche, who is Q1 in WIKIDATA, not Q2"
    refused(session, person(WIKIDATA, "Q2", ASSEMBLEE_NATIONALE="PA1"), why)
    refused(session, person(SENAT, "7", ASSEMBLEE_NATIONALE="PA1", WIKIDATA="Q2"), why)


def test_one_who_has_two_ids_of_a_source_already_is_still_found_by_each(session: Session) -> None:
    """As after a person has made one of two, by hand."""
    place(session, person(AN, "PA1"), person(AN, "PA2", "Anna Roche"))
    session.execute(update(ExternalId).values(politician_id=owners(session)[AN, "PA1"]))
    first, second = place(session, person(AN, "PA1"), person(AN, "PA2", "Anna Roche"))
    assert first == second


def test_a_doubt_writes_nothing_but_the_doubt(session: Session, site: Site) -> None:
    place(session, person(AN, "PA1", born=None))
    session.commit()
    before = site.dump()
    assert place(session, person(SENAT, "7", WIKIDATA="Q1", HATVP="roche")) == [None]
    session.commit()
    after = site.dump()
    assert {name for name in after if after[name] != before[name]} == {"doubts"}
    place(session, person(SENAT, "7", WIKIDATA="Q1", HATVP="roche"))
    session.commit()
    assert site.dump() == after


def test_a_doubt_says_what_the_source_says_today(session: Session) -> None:
    place(session, person(AN, "PA1", born=None), person(SENAT, "7", born=None))
    before = [(doubt.id, doubt.created_at) for doubt in doubts(session)]
    place(session, person(SENAT, "7", "ANNE ROCHE"))
    session.expire_all()
    [doubt] = doubts(session)
    assert (doubt.name, doubt.birth_date) == ("ANNE ROCHE", BORN)
    assert [(doubt.id, doubt.created_at)] == before
    assert doubt.updated_at > doubt.created_at


def test_a_doubt_is_gone_when_the_sources_know_more(session: Session) -> None:
    first, _ = place(session, person(AN, "PA1", born=None), person(SENAT, "7"))
    assert first
    assert len(doubts(session)) == 1
    learn(session, first.politician_id, birth_date=BORN)
    [found] = place(session, person(SENAT, "7"))
    assert found == replace(first, is_new=False)
    assert doubts(session) == []


def test_a_doubt_is_gone_when_another_source_states_its_id(session: Session) -> None:
    place(session, person(AN, "PA1", born=None), person(SENAT, "7", born=None))
    place(session, person(WIKIDATA, "Q1", ASSEMBLEE_NATIONALE="PA1", SENAT="7"))
    assert doubts(session) == []
    [found] = place(session, person(SENAT, "7", born=None))
    assert found
    assert found.slug == "anne-roche"


def test_slugs_do_not_run_out(session: Session) -> None:
    days = [date(1950 + n, 1, 1) for n in range(7)]
    sources = [AN, SENAT, EUROPE, WIKIDATA, HATVP, IdSource.GOUVERNEMENT, IdSource.PRESIDENCE]
    place(session, person(AN, "x", "Anne Roche 7", None))
    place(session, *(person(source, "7", born=day) for source, day in zip(sources, days, strict=True)))
    assert len(set(slugs(session))) == 8
    assert slugs(session)[1:4] == ["anne-roche", "anne-roche-senat-7-2", "anne-roche-parlement-europeen-7-2"]


def test_what_a_source_does_not_say_takes_nothing_away(session: Session) -> None:
    [one] = place(session, person(AN, "PA1"))
    assert one
    assert learn(session, one.politician_id, profession="Avocate", email="a@roche.example")
    stamp = session.get_one(Politician, one.politician_id).updated_at
    assert not learn(session, one.politician_id, profession=None, email="a@roche.example")
    row = session.get_one(Politician, one.politician_id)
    assert (row.profession, row.email, row.updated_at) == ("Avocate", "a@roche.example", stamp)


def test_who_knows_somebody_less_well_fills_gaps_only(session: Session) -> None:
    [one] = place(session, person(AN, "PA1"))
    assert one
    learn(session, one.politician_id, profession="Avocate")
    assert learn(session, one.politician_id, only_gaps=True, profession="Juriste", email="a@roche.example")
    row = session.get_one(Politician, one.politician_id)
    assert (row.profession, row.email) == ("Avocate", "a@roche.example")
    assert not learn(session, one.politician_id, only_gaps=True, profession="Juriste")


def test_learn_compares_with_what_the_table_says(session: Session) -> None:
    [one] = place(session, person(AN, "PA1"))
    assert one
    held = session.get_one(Politician, one.politician_id)
    session.connection().execute(update(Politician).values(profession="Avocate"))
    assert held.profession is None
    assert not learn(session, one.politician_id, profession="Avocate")
    assert not learn(session, one.politician_id, only_gaps=True, profession="Juriste")


# What holds of any population. A human being has one name and one birth date; no two share both, nor do two of one
# family share a birth date (nobody could tell these apart). A source spells the name in its own way, may not know the
# birth date, and may state ids of the other sources: rightly.

NAMES = ["Anne Roche", "Élodie d'Haÿ", "Jean-Luc Noir"]
SPELLINGS: list[Callable[[str], str]] = [str, str.upper, lambda name: name.replace("-", " ").replace("É", "E")]
DAYS = [date(1950, 1, 1), date(1960, 1, 1), date(1970, 1, 1)]
SOURCES = [AN, SENAT, EUROPE, WIKIDATA]


@st.composite
def records(draw: st.DrawFn, *, dated: bool) -> list[tuple[int, Person]]:
    """Who each really is, and how a source knows them. `dated`: every source knows every birth date."""
    humans = draw(st.lists(st.sampled_from([*itertools.product(NAMES, DAYS)]), min_size=1, max_size=6, unique=True))
    found: list[tuple[int, Person]] = []
    for number, (name, born) in enumerate(humans):
        ids = {source: f"{source[0]}{number}" for source in draw(st.sets(st.sampled_from(SOURCES), min_size=1))}
        for source, id_ in sorted(ids.items()):
            others = draw(st.sets(st.sampled_from(sorted(ids)))) - {source}
            one = person(
                source, id_, draw(st.sampled_from(SPELLINGS))(name), born if dated or draw(st.booleans()) else None
            )
            found.append((number, replace(one, others={other: ids[other] for other in sorted(others)})))
    return found


@st.composite
def passes(draw: st.DrawFn, *, dated: bool) -> tuple[list[tuple[int, Person]], list[list[list[Person]]]]:
    """The records, and two ways to read them all twice: in which order, and in which batches."""
    known = draw(records(dated=dated))
    people = [one for _, one in known]
    ways = []
    for _ in range(2):
        order = draw(st.permutations(people)) + draw(st.permutations(people))
        size = draw(st.integers(1, len(order)))
        ways.append([order[start : start + size] for start in range(0, len(order), size)])
    return known, ways


everywhere = settings(
    max_examples=40,
    derandomize=True,  # what fails in CI fails here
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@contextmanager
def after(engine: Engine, batches: Sequence[Sequence[Person]]) -> Iterator[Session]:
    """What there is once they have been placed; nothing of it is kept."""
    with Session(engine) as session:
        for batch in batches:
            place(session, *batch)
        yield session
        session.rollback()


def people_by_politician(session: Session, known: list[tuple[int, Person]]) -> dict[int, set[int]]:
    humans = {(one.source, one.external_id): number for number, one in known}
    found: defaultdict[int, set[int]] = defaultdict(set)
    for key, politician in owners(session).items():
        found[politician].add(humans[key])
    return found


@given(read=passes(dated=False))
@everywhere
def test_nobody_is_ever_two_nor_two_people_one(
    engine: Engine, read: tuple[list[tuple[int, Person]], list[list[list[Person]]]]
) -> None:
    known, ways = read
    for batches in ways:
        with after(engine, batches) as session:
            them = people_by_politician(session, known)
            assert all(len(humans) == 1 for humans in them.values()), "two people became one"
            everyone = [human for humans in them.values() for human in humans]
            assert len(everyone) == len(set(everyone)), "somebody became two"
            sources = [(politician, source) for (source, _), politician in owners(session).items()]
            assert len(sources) == len(set(sources)), "one has two ids of a source"
            placed, doubted = set(owners(session)), {(one.source, one.external_id) for one in doubts(session)}
            assert not placed & doubted, "who is placed is in no doubt"
            assert placed | doubted == {(one.source, one.external_id) for _, one in known}, "nobody is lost"


@given(read=passes(dated=True))
@everywhere
def test_where_birth_dates_are_known_any_order_and_any_batches_give_the_same_people(
    engine: Engine, read: tuple[list[tuple[int, Person]], list[list[list[Person]]]]
) -> None:
    known, ways = read
    for batches in ways:
        with after(engine, batches) as session:
            assert doubts(session) == []
            assert len(owners(session)) == len(known)
            assert len(people_by_politician(session, known)) == len({human for human, _ in known})


@given(read=passes(dated=False))
@everywhere
def test_to_place_everybody_again_makes_nobody_and_soon_changes_nothing(
    engine: Engine, read: tuple[list[tuple[int, Person]], list[list[list[Person]]]]
) -> None:
    """Who may be meant by a doubt may change as long as others are being placed, and no longer."""
    known, [batches, _] = read
    with after(engine, batches) as session:

        def everything() -> tuple[object, ...]:
            session.expire_all()
            tables = (Politician, ExternalId, Doubt)
            return tuple(session.execute(select(*table.__table__.columns).order_by(table.id)).all() for table in tables)

        for _ in range(len(known) + 1):
            before = everything()
            assert not any(one and one.is_new for one in place(session, *(one for _, one in known)))
            if everything() == before:
                return
        raise AssertionError("it never comes to rest")


# What a person says, on the command line.


def doubtful(site: Site) -> None:
    """A deputy who has come to the Assemblée's list, and may be the senator whom we know."""
    site.put(*CSV, deputies_csv(deputy_line(1, prenom="Anne", nom="Roche", naissance=""), deputy_line(2)))
    with connected(database_url(site.url)) as engine, Session(engine) as session:
        place(session, person(SENAT, "7"), person(SENAT, "8", "Luc Noir"))
        session.commit()
    assert site.sync("sync-assemblee", "--force").counters["doubtful"] == 1


def deputy_is(site: Site) -> str:
    """The slug of PA1."""
    names = {row["id"]: str(row["slug"]) for row in site.rows("politicians")}
    [politician] = [row["politician_id"] for row in site.rows("external_ids") if row["external_id"] == "PA1"]
    return names[politician]


def test_doubts_lists_who_waits_for_a_decision(site: Site) -> None:
    assert site.sync("doubts") == Outcome(0, "", "")
    doubtful(site)
    why = "the same name, and a birth date is not known"
    assert site.sync("doubts") == Outcome(0, f"ASSEMBLEE_NATIONALE PA1: Anne Roche; {why}: anne-roche\n", "")


@pytest.mark.parametrize(
    ("decision", "said", "slug"),
    [
        ("anne-roche", "Anne Roche is Anne Roche (anne-roche).\n", "anne-roche"),
        ("luc-noir", "Anne Roche is Luc Noir (luc-noir).\n", "luc-noir"),
        ("--new", "Anne Roche is nobody of ours yet.\n", "anne-roche-pa1"),
    ],
)
def test_a_decision_is_acted_on_by_the_next_run(site: Site, decision: str, said: str, slug: str) -> None:
    doubtful(site)
    before = site.dump("politicians", "mandates", "external_ids")
    assert site.sync("decide", "ASSEMBLEE_NATIONALE", "PA1", decision) == Outcome(0, said, "")
    assert site.sync("doubts").out == ""
    assert site.dump("politicians", "mandates", "external_ids") == before
    ran = site.sync("sync-assemblee", "--force")
    assert (ran.code, ran.counters["doubtful"]) == (0, 0)
    assert deputy_is(site) == slug
    assert len(site.rows("mandates")) == 2
    assert site.rows("doubts") == [], "it has been acted on"
    after = site.dump()
    assert site.sync("sync-assemblee", "--force").counters["deputiesUpdated"] == 0
    assert site.dump() == after


def test_until_it_is_acted_on_a_decision_can_be_another(site: Site) -> None:
    doubtful(site)
    for decision in ("--new", "luc-noir", "anne-roche"):
        assert site.sync("decide", "ASSEMBLEE_NATIONALE", "PA1", decision).code == 0
    site.sync("sync-assemblee", "--force")
    assert deputy_is(site) == "anne-roche"
    gone = site.sync("decide", "ASSEMBLEE_NATIONALE", "PA1", "luc-noir")
    assert (gone.code, "no doubt about ASSEMBLEE_NATIONALE PA1" in gone.err) == (64, True)


def test_two_of_one_source_cannot_both_be_decided_to_be_the_same(site: Site) -> None:
    doubtful(site)
    with connected(database_url(site.url)) as engine, Session(engine) as session:
        place(session, person(AN, "PA3", born=None), person(EUROPE, "5", born=None))
        session.commit()
    assert site.sync("decide", "ASSEMBLEE_NATIONALE", "PA1", "anne-roche").code == 0
    before = site.dump("doubts")
    outcome = site.sync("decide", "ASSEMBLEE_NATIONALE", "PA3", "anne-roche")
    assert outcome.code == 64
    assert "ASSEMBLEE_NATIONALE PA1 is to be anne-roche already" in outcome.err
    assert site.dump("doubts") == before
    for id_, decision in (("PA1", "anne-roche"), ("PA1", "--new"), ("PA3", "anne-roche")):
        assert site.sync("decide", "ASSEMBLEE_NATIONALE", id_, decision).code == 0
    assert site.sync("decide", "PARLEMENT_EUROPEEN", "5", "anne-roche").code == 0, "in another source it may be"


def test_a_decision_holds_for_other_sources_that_state_the_id(session: Session) -> None:
    place(session, person(AN, "PA1", born=None), person(SENAT, "7", born=None), person(EUROPE, "5", "Luc Noir"))
    [doubt] = doubts(session)
    doubt.politician_id = owners(session)[EUROPE, "5"]
    session.flush()
    refused(session, person(HATVP, "roche", ASSEMBLEE_NATIONALE="PA1", SENAT="7"), "anne-roche, luc-noir")
    [found] = place(session, person(WIKIDATA, "Q1", born=None, SENAT="7"))
    assert found
    assert found.slug == "luc-noir"


def test_a_decision_against_an_id_of_the_same_source_is_refused_by_the_run_too(session: Session) -> None:
    place(session, person(SENAT, "7", born=None), person(AN, "PA1", born=None))
    [doubt] = doubts(session)
    doubt.politician_id = owners(session)[SENAT, "7"]
    place(session, person(AN, "PA2", ASSEMBLEE_NATIONALE="PA2", SENAT="7"))
    refused(session, person(AN, "PA1", born=None), "would be anne-roche, who is PA2 in ASSEMBLEE_NATIONALE, not PA1")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ASSEMBLEE_NATIONALE", "PA1"], "one of the arguments"),
        (["ASSEMBLEE_NATIONALE"], "required"),
        ([], "required"),
        (["ASSEMBLEE_NATIONALE", "PA1", "anne-roche", "--new"], "not allowed with"),
        (["assemblee", "PA1", "anne-roche"], "there is no source 'assemblee'; there are ASSEMBLEE_NATIONALE, SENAT"),
        (["ASSEMBLEE_NATIONALE", "PA2", "anne-roche"], "no doubt about ASSEMBLEE_NATIONALE PA2; `doubts` lists them"),
        (["SENAT", "PA1", "--new"], "no doubt about SENAT PA1"),
        (["ASSEMBLEE_NATIONALE", "PA1", "anne-rock"], "no politician has the slug 'anne-rock'; it may be one of anne-"),
        (
            ["ASSEMBLEE_NATIONALE", "PA1", "prenom-nom2"],
            "prenom-nom2 is PA2 in ASSEMBLEE_NATIONALE, so PA1 is somebody",
        ),
        (["ASSEMBLEE_NATIONALE", "PA1", "--new", "--force"], "--force"),
    ],
)
def test_a_wrong_decision_exits_64_with_a_sentence_and_writes_nothing(
    sqlite_site: Site, arguments: list[str], said: str
) -> None:
    doubtful(sqlite_site)
    before = sqlite_site.dump()
    outcome = sqlite_site.sync("decide", *arguments)
    assert (outcome.code, outcome.out) == (64, "")
    assert outcome.err.startswith("decide: ")
    assert said in outcome.err
    assert outcome.err.count("\n") == 1
    assert sqlite_site.dump() == before


def test_doubts_takes_no_flags_and_needs_tables(sqlite_site: Site) -> None:
    assert sqlite_site.sync("doubts", "--limit=1").code == 64
    sqlite_site.url = sqlite_site.url.replace("site.db", "new.db")
    for command in (["doubts"], ["decide", "SENAT", "7", "--new"]):
        outcome = sqlite_site.sync(*command)
        assert (outcome.code, "python -m scripts migrate" in outcome.err) == (1, True)


def test_the_oldest_doubt_is_the_first(session: Session, site: Site) -> None:
    place(session, person(AN, "PA1", born=None), *(person(SENAT, str(n)) for n in (9, 3)))
    for doubt in doubts(session):
        doubt.updated_at = datetime(2020, 1, 1, tzinfo=UTC)
    session.commit()
    assert [line.split(":")[0] for line in site.sync("doubts").out.splitlines()] == ["SENAT 9", "SENAT 3"]
