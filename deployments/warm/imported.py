"""What an engine has imported, and whether it would import the same today."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

import flows as package

PROJECT = Path(package.__file__ or "").resolve().parent.parent


#: What a flow's process would import while it runs.
PREFECT = (
    "prefect.engine",
    "prefect.flow_engine",
    "prefect.task_engine",
    "prefect.events.clients",
    "prefect.utilities.visualization",
    "anyio.abc",
    "anyio.streams.memory",
    "anyio.streams.stapled",
    "anyio.streams.tls",
    "encodings.idna",
    "graphviz",
    "rich.emoji",
    "stringprep",
)


def flows() -> None:
    """Imports every flow of this project, and Prefect with them."""
    for name in PREFECT:
        importlib.import_module(name)
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
    for model in _models(BaseModel):
        # Pydantic would make a model's validator when it is first used, which is in each run anew.
        model.model_rebuild(raise_errors=False)


def _models(of: type[BaseModel]) -> Iterator[type[BaseModel]]:
    # Not `of.__subclasses__()`: a model may have a field of that name.
    for model in type.__subclasses__(of):
        yield model
        yield from _models(model)


class Imported:
    """The files behind the modules as they are now: this project's own, and the folders that hold the others.

    Made before `flows()`: what changes while that imports has changed.

    An installed package comes and goes with an entry of its folder, so those thousands of files need no look.
    """

    def __init__(self) -> None:
        files = {Path(file) for module in list(sys.modules.values()) if (file := getattr(module, "__file__", None))}
        ours = {file for file in files if file.is_relative_to(PROJECT) and "site-packages" not in file.parts}
        folders = {Path(sysconfig.get_path("purelib")), Path(sysconfig.get_path("platlib"))}
        to_come = set(PROJECT.glob("flows/**/*.py"))
        self._stamps = {path: _stamp(path) for path in ours | to_come | folders}
        self._packages = {PROJECT / name: _modules(PROJECT / name) for name in ("flows", "flows/catalog", "flows/tap")}

    def changed(self) -> Path | None:
        """One of them that is not as it was, if there is one."""
        for path, stamp in self._stamps.items():
            if _stamp(path) != stamp:
                return path
        return next((path for path, modules in self._packages.items() if _modules(path) != modules), None)


def _modules(package: Path) -> set[str]:
    """Not the folder's time, which a first import changes with what it compiles."""
    try:
        return {name for name in os.listdir(package) if name.endswith(".py")}
    except OSError:
        return set()


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size if path.is_file() else 0, status.st_ino
