"""The HTTP API (DESIGN.md 3.4): each module is one noun, and translates; the rules are elsewhere."""

from fastapi import APIRouter

from admin_api.api import audit, catalog, health, logs, schedules, stream, syncs

router = APIRouter()
# Before the rest of its folder, whose `{id}` it is not.
router.include_router(stream.router)
router.include_router(syncs.router)
router.include_router(logs.router)
router.include_router(catalog.router)
router.include_router(schedules.router)
router.include_router(audit.router)
router.include_router(health.router)
