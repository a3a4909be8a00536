"""The one place where the admin API is put together."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from admin_api import assets, docs_page, pages
from admin_api.api import router
from admin_api.auth import Gate
from admin_api.changes import Changes
from admin_api.cleanup import Cleanup
from admin_api.db import connected
from admin_api.deps import Parts
from admin_api.description import Described
from admin_api.job_log import JobLog
from admin_api.listening import Listening
from admin_api.logins import Logins
from admin_api.mirror import Mirror
from admin_api.prefect_gateway import Gateway
from admin_api.problems import HANDLERS
from admin_api.schedules import Schedules
from admin_api.security import SecurityHeaders
from admin_api.settings import Settings
from admin_api.sync_jobs import SyncJobs

logger = logging.getLogger(__name__)


def _end_with_it(task: asyncio.Task[None]) -> None:
    """Without its mirror an API would tell of jobs that stand still: it ends, and is started again."""
    if not task.cancelled():
        logger.critical("The mirror has stopped, and so does the API.", exc_info=task.exception())
        signal.raise_signal(signal.SIGTERM)


def create_app(settings: Settings) -> FastAPI:
    """Comes up while Prefect or the database is down, and says so until they are back."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with connected(settings.database) as sessions, Gateway.connected() as prefect:
            changes = Changes(sessions)
            cleanup = Cleanup(prefect)
            mirror = Mirror(sessions, prefect, changes, cleanup.notice)
            listening = Listening(prefect, mirror, cleanup)
            jobs = SyncJobs(sessions, prefect, mirror, cleanup)
            app.state.sessions = sessions
            app.state.parts = Parts(
                sessions=sessions,
                prefect=prefect,
                jobs=jobs,
                log=JobLog(jobs, prefect),
                schedules=Schedules(sessions, prefect),
                changes=changes,
                listening=listening,
            )
            at_work = [asyncio.create_task(listening.run()), asyncio.create_task(changes.run())]
            for task in at_work:
                task.add_done_callback(_end_with_it)
            try:
                yield
            finally:
                for task in at_work:
                    task.cancel()
                await asyncio.gather(*at_work, return_exceptions=True)
                await cleanup.stop()

    app = Described(
        title="poligraph-syncs",
        version=version("poligraph-syncs"),
        description="Starts the site's syncs, and tells how they go.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        exception_handlers=HANDLERS,
    )
    app.state.settings = settings
    app.state.logins = Logins()
    app.include_router(router)
    app.include_router(docs_page.router)
    app.include_router(pages.router)
    assets.mount(app)
    app.add_middleware(Gate)
    app.add_middleware(SecurityHeaders)
    return app
