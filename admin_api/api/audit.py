"""Who did what."""

from __future__ import annotations

from math import ceil
from typing import Annotated

from fastapi import APIRouter, Query

from admin_api import audit
from admin_api.api.syncs import READ
from admin_api.auth import CallerDep
from admin_api.deps import PartsDep
from admin_api.problems import responses
from admin_api.schemas import AuditEntry, AuditPage, Limit, Page, Pagination

router = APIRouter(prefix="/api/admin", tags=["audit"])


@router.get("/audit", summary="Who did what, newest first", responses=responses(*READ))
async def list_audit(
    parts: PartsDep,
    caller: CallerDep,
    page: Annotated[Page, Query()] = 1,
    limit: Annotated[Limit, Query()] = 20,
) -> AuditPage:
    found, total = await audit.entries(parts.sessions, page, limit)
    return AuditPage(
        data=[AuditEntry.model_validate(entry) for entry in found],
        pagination=Pagination(page=page, limit=limit, total=total, total_pages=ceil(total / limit)),
    )
