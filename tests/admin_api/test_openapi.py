"""The API's own description: whole, and true of the API on the whole stack."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from pydantic import SecretStr

from admin_api.app import create_app
from admin_api.settings import Settings
from tests.admin import SYNCS, until
from tests.plans import Plans
from tests.stack import Stack

DOCUMENT = create_app(
    Settings(database_url="sqlite:///never-opened.db", admin_token=SecretStr("of-the-tests-0123456789-abcdefghijk"))
).openapi()

OPEN = {"/health", "/ready"}
#: Neither asks for anything that could be away, or it says in its answer that it is.
NEVER_AWAY = {"/health", "/api/admin/catalog"}

ID = "0199e6a4-7c1e-7d3a-9d0e-3f1c5a7b9d11"


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


each_operation = pytest.mark.parametrize(
    ("method", "path", "operation"), [pytest.param(*one, id=f"{one[0]} {one[1]}") for one in operations()]
)


def test_the_document_is_valid_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    schemathesis.openapi.from_dict(DOCUMENT).validate()


@each_operation
def test_an_operation_says_what_it_does_and_what_it_may_answer(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    assert operation["summary"]
    answers = set(operation["responses"])
    assert ("401" in answers) == (path not in OPEN)
    assert bool(operation.get("security")) == (path not in OPEN)
    assert ("503" in answers) == (path not in NEVER_AWAY)
    takes = bool(operation.get("parameters") or operation.get("requestBody"))
    assert ("422" in answers) == takes
    assert ("404" in answers) == ("{id}" in path)


@each_operation
def test_an_answer_that_refuses_has_an_example_of_each_of_its_reasons(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    for status, answer in operation["responses"].items():
        if status >= "400" and path != "/ready":
            examples = answer["content"]["application/problem+json"]["examples"]
            assert examples
            for slug, example in examples.items():
                assert example["value"]["type"] == f"/problems/{slug}"
                assert example["value"]["status"] == int(status)
                assert example["value"]["error"]


@each_operation
def test_a_body_has_an_example(method: str, path: str, operation: dict[str, Any]) -> None:
    if body := operation.get("requestBody"):
        schema = body["content"]["application/json"]["schema"]
        named = next(one["$ref"] for one in [schema, *schema.get("anyOf", [])] if "$ref" in one)
        assert DOCUMENT["components"]["schemas"][named.rpartition("/")[2]]["examples"]


async def test_the_stack_serves_this_document(api: httpx.AsyncClient) -> None:
    assert (await api.get("/openapi.json")).json() == DOCUMENT


@each_operation
@pytest.mark.parametrize("token", [None, "Bearer wrong", "Basic eDp5"])
async def test_without_the_token_an_operation_answers_401(
    stack: Stack, token: str | None, method: str, path: str, operation: dict[str, Any]
) -> None:
    headers = {"Authorization": token} if token else {}
    async with httpx.AsyncClient(base_url=stack.admin_url, headers=headers, trust_env=False) as anybody:
        answer = await anybody.request(method, path.format(id=ID))
    if path in OPEN:
        assert answer.status_code == 200
        return
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/unauthorized"


async def test_the_streams_headers_are_those_of_a_stream_that_nobody_keeps(api: httpx.AsyncClient) -> None:
    async with api.stream("GET", f"{SYNCS}/stream") as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] in ("no-cache", "no-store")


CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "ignored_auth",
)


@pytest.mark.timeout(300)
async def test_schemathesis_finds_no_answer_outside_of_the_document(
    stack: Stack, api: httpx.AsyncClient, plans: Plans, tmp_path: Path
) -> None:
    command = [str(Path(sys.executable).with_name("schemathesis")), "run", f"{stack.admin_url}/openapi.json"]
    command += ["--header", f"Authorization: Bearer {stack.token}", "--checks", ",".join(CHECKS)]
    command += ["--phases", "examples,coverage,fuzzing", "--mode", "all", "--max-examples", "15"]
    command += ["--exclude-path", f"{SYNCS}/stream", "--seed", "1", "--generation-database", "none", "--no-shrink"]
    command += ["--continue-on-failure", "--warnings", "off", "--no-color", "--request-timeout", "20"]
    found = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    for job in (await api.get(SYNCS)).json()["running"]:  # what it has started: scripts that end at once
        await until(api, job["id"], "COMPLETED", "CANCELLED", within=60)
    assert found.returncode == 0, found.stdout + found.stderr
