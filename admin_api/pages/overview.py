"""What goes on, what there is to start, and what has been."""

from __future__ import annotations

from math import ceil
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse

from admin_api import presenting
from admin_api.api.syncs import AnyScript, AnyStatus
from admin_api.auth import CallerDep
from admin_api.deps import JobsDep, PartsDep, WordsDep
from admin_api.models import Status
from admin_api.rendering import page
from admin_api.schemas import Page, Pagination
from flows.catalog import CATEGORIES, GROUPS, SCRIPTS, SYNC_DAILY, Flags, FlagValue, Kind, Target, check_flags, resolve

SYNCS_PAGE = "/admin/syncs"
JOBS_A_PAGE = 20

TARGETS: tuple[Target, ...] = (*GROUPS, *SCRIPTS)
OTHER_GROUPS = [group for group in GROUPS if group is not SYNC_DAILY]
OF_CATEGORY = [(one, [script for script in SCRIPTS if script.category is one]) for one in CATEGORIES]
#: Two scripts share their name with a group, and with it their jobs: their history is one.
ALONE = [(one, [script for script in scripts if resolve(script.short) is script]) for one, scripts in OF_CATEGORY]

router = APIRouter()


async def _form(request: Request) -> FormData:
    return await request.form()


FormDep = Annotated[FormData, Depends(_form)]


async def _told(
    parts: PartsDep,
    words: WordsDep,
    number: Annotated[Page, Query(alias="page")] = 1,
    status: AnyStatus = None,
    script: AnyScript = None,
) -> dict[str, Any]:
    """What the page says, as its address asks for it."""
    wanted = resolve(script).short if script else None
    found = await parts.jobs.page(number, JOBS_A_PAGE, Status(status) if status else None, wanted)
    last = await parts.jobs.last([target.short for target in TARGETS])
    pages = max(1, ceil(found.total / JOBS_A_PAGE))
    filters = _filters(status, wanted)
    return {
        "keep": {**filters, "page": str(number)},
        "day": SYNC_DAILY,
        "groups": OTHER_GROUPS,
        "categories": OF_CATEGORY,
        "alone": ALONE,
        "jobs": [presenting.job(job, words) for job in found.jobs],
        "running": [presenting.job(job, words) for job in found.running],
        "last": {name: presenting.job(job, words) for name, job in last.items()},
        "pagination": Pagination(page=number, limit=JOBS_A_PAGE, total=found.total, total_pages=pages),
        "statuses": list(Status),
        "of_status": status or "",
        "of_script": wanted or "",
        "here": _query(filters, number),
        "newer": _query(filters, min(number - 1, pages)) if number > 1 else None,
        "older": _query(filters, number + 1) if number < pages else None,
        "hears": parts.listening.hears,
    }


ToldDep = Annotated[dict[str, Any], Depends(_told)]


@router.get(SYNCS_PAGE)
async def overview(request: Request, caller: CallerDep, told: ToldDep) -> HTMLResponse:
    return page(request, "overview.html", caller=caller, **told)


@router.get(f"{SYNCS_PAGE}/live")
async def live(request: Request, caller: CallerDep, told: ToldDep) -> HTMLResponse:
    """What of it moves, for as long as it is open: the same template, and the outcome beside each button."""
    return page(request, "parts/live.html", caller=caller, targets=TARGETS, **told)


@router.post(SYNCS_PAGE)
async def start(form: FormDep, caller: CallerDep, jobs: JobsDep) -> RedirectResponse:
    """Refusals are pages of their own (admin_api.problems)."""
    target = resolve(str(form.get("script", "")))
    job = await jobs.start(target, _flags(target, form), caller)
    return RedirectResponse(f"{SYNCS_PAGE}/{job.id}", status_code=303)


def _flags(target: Target, form: FormData) -> Flags:
    """As the form has them. A field that was left empty is no flag."""
    given: dict[str, FlagValue] = {}
    for flag in target.flags:
        written = str(form.get(f"flag-{flag.name}", "")).strip()
        if written:
            given[flag.name] = True if flag.kind is Kind.SWITCH else flag.read(written)
    return check_flags(target, given)


def _filters(status: str | None, script: str | None) -> dict[str, str]:
    return {name: str(value) for name, value in (("status", status), ("script", script)) if value}


def _query(filters: dict[str, str], number: int) -> str:
    return "?" + urlencode({**filters, "page": number})
