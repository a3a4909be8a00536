"""/docs: the API as Swagger UI shows it, with files of this host alone. FastAPI's own page loads a CDN's."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from admin_api.auth import CallerDep
from admin_api.rendering import page

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def docs(request: Request, caller: CallerDep) -> HTMLResponse:
    return page(request, "docs.html", caller=caller)
