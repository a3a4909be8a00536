"""What /static serves: our own files, and Swagger UI's from the package that brings them."""

from __future__ import annotations

from importlib.resources import files

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles


def mount(app: FastAPI) -> None:
    app.mount("/static/swagger", StaticFiles(directory=str(files("fastapi_offline") / "static")))
    app.mount("/static", StaticFiles(directory=str(files("admin_api") / "static")))
