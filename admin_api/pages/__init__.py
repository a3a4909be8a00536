"""The pages that a browser sees. Forms and links work without a script; htmx makes what moves move."""

from __future__ import annotations

from fastapi import APIRouter

from admin_api.pages import audit, job, overview, schedules, session

router = APIRouter(include_in_schema=False)
for part in (session, overview, job, schedules, audit):
    router.include_router(part.router)
