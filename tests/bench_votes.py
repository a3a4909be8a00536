"""How fast `sync-votes-an` is: a legislature's votes into a PostgreSQL, beside what reading and storing cost bare."""

import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests import bench_targets, postgres
from tests.stack import Stack

SCRUTINS = 3_000
BALLOTS = 170
DEPUTIES = 577
FILE = "sync-votes-an/Scrutins.json.zip"
PROJECT = Path(__file__).parent.parent

#: Whose number the source announces, and by which name it lists them.
COUNTED = {"pour": "pours", "contre": "contres", "abstentions": "abstentions", "nonVotants": "nonVotants"}

#: A program says its own peak last: what the system tells its parent of it begins at the parent's.
WATCHED = """
import atexit
peak = lambda: next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
atexit.register(lambda: print(peak()))
"""
SCRIPT = WATCHED + 'import runpy; runpy.run_module("scripts", run_name="__main__", alter_sys=True)'
#: What has to be read in any case, as short as it can be said.
READ = (
    WATCHED
    + """
import sys, zipfile, {json}
with zipfile.ZipFile(sys.argv[1]) as archive:
    for name in archive.namelist():
        {json}.loads(archive.read(name))
"""
)
#: And what has to be stored: the same rows, keys and indexes, as PostgreSQL takes them fastest.
COPY = "COPY votes (scrutin_id, acteur_ref, position, by_delegation, created_at, updated_at) FROM STDIN"


@dataclass(frozen=True)
class Cost:
    seconds: float
    processor: float  #: seconds of the program's own
    mebibytes: float  #: at its peak


async def measure(_: Stack) -> list[str]:
    return await asyncio.to_thread(_measure)


def _measure() -> list[str]:
    with tempfile.TemporaryDirectory() as folder, postgres.running(durable=True) as server:
        archive = Path(folder) / FILE
        archive.parent.mkdir()
        _make(archive)
        print(f"{archive.stat().st_size / (1 << 20):.1f} MiB of archive", flush=True)
        reads = {f"`zipfile` and `{name}`": _read(archive, name) for name in ("json", "orjson")}
        environment = {**os.environ, "SYNCS_SOURCES": folder, "DATABASE_URL": postgres.create(server, "votes")}
        _cost(SCRIPT, "migrate", environment=environment)
        first = _cost(SCRIPT, "sync-votes-an", environment=environment)
        force = _cost(SCRIPT, "sync-votes-an", "--force", environment=environment)
        stored = _store(environment["DATABASE_URL"])
    read = reads["`zipfile` and `json`"]
    bare = read.seconds + stored.seconds
    votes = SCRUTINS * BALLOTS
    rows = {
        **{f"bare read: {name}": cost for name, cost in reads.items()},
        "bare write: one COPY of the same rows": stored,
        "`sync-votes-an`, the first time": first,
        "`sync-votes-an --force`, nothing new": force,
    }
    return [
        f"{SCRUTINS:,} scrutins of {BALLOTS} ballots, {votes:,} votes, on a PostgreSQL that waits for the disk.",
        "The bare write is a COPY of the same votes into the same table, its keys and indexes kept.",
        "",
        "| | wall time | votes/s | by the bare read | own processor time | peak memory |",
        "|---|---|---|---|---|---|",
        *(
            f"| {name} | {cost.seconds:.1f} s | {votes / cost.seconds:,.0f} | {cost.seconds / read.seconds:.1f} "
            f"| {cost.processor:.1f} s | {f'{cost.mebibytes:.0f} MiB' if cost.mebibytes else ''} |"
            for name, cost in rows.items()
        ),
        "",
        *bench_targets.table(
            [
                bench_targets.at_most("the first import by bare read and bare write", 3, first.seconds / bare, "times"),
                bench_targets.at_most("the script's own share of it", 50, 100 * first.processor / first.seconds, "%"),
                bench_targets.at_most("peak memory", 200, first.mebibytes, "MiB"),
            ]
        ),
    ]


def _make(path: Path) -> None:
    drawn = random.Random(17)  # the same votes in every run
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(1, SCRUTINS + 1):
            told = json.dumps({"scrutin": _scrutin(number, drawn)}, ensure_ascii=False)
            archive.writestr(f"json/VTANR5L17V{number}.json", told)


def _scrutin(number: int, drawn: random.Random) -> dict[str, object]:
    voters: dict[str, list[dict[str, str]]] = {key: [] for key in ("nonVotants", "pours", "contres", "abstentions")}
    for deputy in drawn.sample(range(DEPUTIES), BALLOTS):
        position = drawn.choices(list(voters), (1, 50, 40, 9))[0]
        voters[position].append(
            {
                "acteurRef": f"PA{700_000 + deputy}",
                "mandatRef": f"PM{800_000 + deputy}",
                "parDelegation": drawn.choice(("true", "false", "false", "false")),
                "numPlace": f"{deputy:03}",
            }
        )
    nominative = {key: {"votant": them} if them else None for key, them in voters.items()}
    return {
        "uid": f"VTANR5L17V{number}",
        "numero": str(number),
        "legislature": "17",
        "dateScrutin": f"2025-{1 + number % 12:02}-{1 + number % 28:02}",
        "titre": f"l'amendement n° {number} à l'article premier de la proposition de loi inventée (première lecture).",
        "sort": {"code": "adopté", "libelle": "L'Assemblée nationale a adopté"},
        "syntheseVote": {"decompte": {key: str(len(voters[named])) for key, named in COUNTED.items()}},
        "ventilationVotes": {"organe": {"groupes": {"groupe": {"vote": {"decompteNominatif": nominative}}}}},
    }


def _read(archive: Path, module: str) -> Cost:
    return _cost(READ.replace("{json}", module), str(archive), environment=os.environ)


def _store(url: str) -> Cost:
    """Of this process, without its memory, the votes that are there taken away and stored again."""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TEMPORARY TABLE kept AS SELECT * FROM votes")
        connection.execute("TRUNCATE votes")
        columns = COPY.partition("(")[2].partition(")")[0]
        with connection.cursor() as cursor:
            rows = cursor.execute(f"SELECT {columns} FROM kept ORDER BY id").fetchall()  # noqa: S608 - our own columns
        connection.commit()
        assert len(rows) == SCRUTINS * BALLOTS, f"only {len(rows)} votes were imported"
        began, used = time.perf_counter(), time.process_time()
        with connection.cursor() as cursor, cursor.copy(COPY) as copy:
            for row in rows:
                copy.write_row(row)
        connection.commit()
        return Cost(time.perf_counter() - began, time.process_time() - used, 0)


def _cost(program: str, *words: str, environment: Mapping[str, str]) -> Cost:
    """Of a Python of its own, its start with it."""
    command = [sys.executable, "-c", program, *words]
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        last = process.stdout.readlines()[-1]
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, words
    cost = Cost(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, int(last) / 1024)
    print(f"{' '.join(words)}: {cost.seconds:.1f} s", flush=True)
    return cost
