"""Who did what."""

from __future__ import annotations

from math import ceil
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from admin_api import audit
from admin_api.auth import CallerDep
from admin_api.deps import PartsDep
from admin_api.rendering import page
from admin_api.schemas import Page

AUDIT_PAGE = "/admin/audit"
ENTRIES_A_PAGE = 50

router = APIRouter()


@router.get(AUDIT_PAGE)
async def show(
    request: Request, caller: CallerDep, parts: PartsDep, number: Annotated[Page, Query(alias="page")] = 1
) -> HTMLResponse:
    entries, total = await audit.entries(parts.sessions, number, ENTRIES_A_PAGE)
    pages = max(1, ceil(total / ENTRIES_A_PAGE))
    return page(
        request,
        "audit.html",
        keep={"page": str(number)},
        caller=caller,
        entries=entries,
        number=number,
        pages=pages,
        newer="?" + urlencode({"page": number - 1}) if number > 1 else None,
        older="?" + urlencode({"page": number + 1}) if number < pages else None,
    )
