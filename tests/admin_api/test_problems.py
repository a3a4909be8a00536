"""Every error as problem+json, in one sentence of the caller's language."""

import pytest
from httpx import Response

from admin_api.errors import AdminError, AlreadyOver, AlreadyUnderWay, Unauthorized
from admin_api.problems import MEDIA_TYPE, responses
from flows.catalog import FlagRefused, UnknownName
from tests.admin_api.site import BEARER, HTML, Site


async def post(site: Site, content: str | bytes, kind: str = "application/json", **headers: str) -> Response:
    client = site.client(**BEARER, **headers)
    return await client.post("/api/things", content=content, headers={"Content-Type": kind})


def is_problem(answer: Response, status: int, slug: str) -> bool:
    body = answer.json()
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert body["status"] == answer.status_code == status
    assert body["type"] == f"/problems/{slug}"
    assert body["error"] == body["detail"]
    assert body["title"]
    return True


@pytest.mark.parametrize(
    ("path", "status", "slug"),
    [
        ("/api/nothing", 404, "not-found"),
        ("/api/away", 503, "prefect-away"),
        ("/api/no-database", 503, "database-away"),
        ("/api/broken", 500, "broken"),
        ("/api/page?page=0", 422, "invalid"),
        ("/static/nothing", 404, "not-found"),
    ],
)
async def test_every_error_is_a_problem(site: Site, path: str, status: int, slug: str) -> None:
    answer = await site.client(**BEARER).get(path)
    assert is_problem(answer, status, slug)
    assert "secret-detail" not in answer.text


async def test_a_wrong_method_is_a_problem_that_says_which_are_right(site: Site) -> None:
    answer = await site.client(**BEARER).delete("/api/things")
    assert is_problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "POST"


async def test_who_is_away_may_be_asked_again(site: Site) -> None:
    for path in ("/api/away", "/api/no-database"):
        assert (await site.client(**BEARER).get(path)).headers["retry-after"] == "5"


async def test_what_broke_is_logged_and_not_told(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    answer = await site.client(**BEARER).get("/api/broken")
    assert "RuntimeError" not in answer.text
    assert "GET '/api/broken' failed: RuntimeError" in caplog.text


@pytest.mark.parametrize("accept", ["fr", "fr-CA,en;q=0.5", "en;q=0.1, fr;q=0.2"])
async def test_it_is_said_in_the_callers_language(site: Site, accept: str) -> None:
    answer = await site.client(**BEARER, **{"Accept-Language": accept}).get("/api/nothing")
    assert answer.json()["error"] == "Il n’y a rien à cette adresse."
    assert answer.headers["content-language"] == "fr"


async def test_the_language_that_was_chosen_wins(site: Site) -> None:
    client = site.client(**BEARER, **{"Accept-Language": "en", "Cookie": "lang=fr"})
    assert (await client.get("/api/nothing")).headers["content-language"] == "fr"


async def test_a_browser_gets_a_page(site: Site) -> None:
    answer = await site.client(**BEARER, Accept=HTML).get("/admin/nothing")
    assert answer.status_code == 404
    assert "There is nothing at this address." in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


async def test_an_unknown_name_is_refused_with_the_nearest(site: Site) -> None:
    answer = await post(site, '{"script": "presss"}')
    assert is_problem(answer, 422, "unknown-name")
    assert answer.json()["nearest"][0] == "press"
    assert answer.json()["error"].startswith("Nothing is called 'presss'. Did you mean press")


async def test_an_unknown_flag_is_refused_with_those_that_there_are(site: Site) -> None:
    answer = await post(site, '{"script": "press", "flags": {"limti": 5}}')
    assert is_problem(answer, 422, "flag-refused")
    assert answer.json()["flags"] == ["limit"]


async def test_a_value_is_refused_with_what_is_allowed_in_the_callers_language(site: Site) -> None:
    answer = await post(site, '{"script": "press", "flags": {"limit": 0}}', **{"Accept-Language": "fr"})
    assert is_problem(answer, 422, "flag-refused")
    assert answer.json()["flag"] == "limit"
    assert answer.json()["allowed"] == "un nombre entier de 1 à 100000"
    assert "il faut un nombre entier de 1 à 100000" in answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("{}", "'script' is missing."),
        ("", "the body is missing."),
        ("null", "the body is missing."),
        ("[]", "the body must be a JSON object."),
        ("7", "the body must be a JSON object."),
        ("{", "the body is not JSON."),
        (b'{"script\xff": 1}', "the body cannot be read."),
        ("[" * 30_000, "the body cannot be read."),
        ('{"script": 7}', "'script' must be text."),
        ('{"script": "press", "other": 1}', "'other' is not known."),
        ('{"script": "press", "action": "stop"}', "'action' takes only 'start', 'cancel'."),
        ('{"script": "press", "flags": []}', "'flags' must be a JSON object."),
        (
            '{"script": "press", "flags": {"limit": 1.5}}',
            "'flags.limit' must be true or false, a whole number, or text.",
        ),
        (
            '{"script": "press", "flags": {"limit": null}}',
            "'flags.limit' must be true or false, a whole number, or text.",
        ),
    ],
)
async def test_a_request_that_is_not_valid_says_what_is_wrong_with_which_field(
    site: Site, body: str | bytes, what: str
) -> None:
    answer = await post(site, body)
    assert is_problem(answer, 422, "invalid")
    assert answer.json()["error"] == f"The request is not valid: {what}"


async def test_a_parameter_is_named_without_where_it_stands(site: Site) -> None:
    for written, what in (("0", "'page' must be at least 1."), ("x", "'page' must be a whole number.")):
        answer = await site.client(**BEARER).get("/api/page", params={"page": written})
        assert answer.json()["error"] == f"The request is not valid: {what}"
        assert answer.json()["field"] == "page"


@pytest.mark.parametrize(
    "body", ['{"script": "s3cret" }x', '{"script": ["s3cret"]}', '{"script": "a", "action": "s3cret"}']
)
async def test_no_value_is_repeated(site: Site, body: str) -> None:
    assert "s3cret" not in (await post(site, body)).text


async def test_a_name_is_repeated_in_part_and_harmlessly(site: Site) -> None:
    answer = await post(site, '{"script": "press", "' + "x" * 50_000 + '": 1}')
    assert len(answer.text) < 500
    answer = await post(site, '{"script": "press", "a\\u0000{b}\\n": 1}')
    assert answer.json()["error"] == "The request is not valid: 'a\\x00{b}\\n' is not known."


async def test_a_body_of_another_kind_is_refused(site: Site) -> None:
    assert is_problem(await post(site, '{"script": "press"}', "text/plain"), 422, "invalid")


def test_the_documented_answers_are_those_given() -> None:
    documented = responses(Unauthorized, AlreadyUnderWay, AlreadyOver, UnknownName, FlagRefused)
    assert set(documented) == {401, 409, 422}
    for status, response in documented.items():
        assert set(response["content"]) == {MEDIA_TYPE}
        for slug, example in response["content"][MEDIA_TYPE]["examples"].items():
            assert example["value"]["status"] == status
            assert example["value"]["type"] == f"/problems/{slug}"
            assert "{" not in example["value"]["detail"]
    assert set(documented[409]["content"][MEDIA_TYPE]["examples"]) == {"already-under-way", "already-over"}


@pytest.mark.parametrize("kind", AdminError.__subclasses__(), ids=lambda kind: kind.__name__)
def test_every_error_can_be_documented(kind: type[AdminError]) -> None:
    assert responses(kind)[kind.status]


async def test_the_document_declares_problems_as_such_and_the_token(site: Site) -> None:
    document = (await site.client(**BEARER).get("/openapi.json")).json()
    answers = document["paths"]["/api/things"]["post"]["responses"]
    kinds = {status: list(answer["content"]) for status, answer in answers.items()}
    assert kinds == {"200": ["application/json"]} | {status: [MEDIA_TYPE] for status in ("401", "409", "422", "503")}
    assert document["paths"]["/api/who"]["get"]["security"] == [{"adminToken": []}]
