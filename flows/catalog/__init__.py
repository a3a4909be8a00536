"""Every script, flag, step and group, declared once. Standard library only.

The flows, `prefect.yaml`, the API's validation, the admin page and the command line's help all come from here or are
tested against it. It is all that `flows`, `admin_api` and `deployments` share. Names are a public contract:
kebab-case, and the same in `prefect.yaml`, URL, command line and tag.
"""

from flows.catalog.errors import CatalogError, FlagRefused, UnknownName
from flows.catalog.flags import Flag, Flags, FlagValue, Kind, arguments
from flows.catalog.groups import (
    DISCOVER_AFFAIRS,
    GENERATE_AI,
    GROUPS,
    INDEX_EMBEDDINGS,
    MAINTENANCE,
    SCRIPT_TIME_LIMIT,
    SYNC_DAILY,
    SYNC_FACTCHECKS,
    SYNC_LEGISLATION,
    SYNC_POLITICIANS,
    SYNC_PRESS,
    SYNC_VOTES,
    FromGroup,
    Group,
    Step,
    single,
)
from flows.catalog.names import SPELLINGS, Target, check_flags, read_flags, resolve
from flows.catalog.scripts import CATEGORIES, COMMON_FLAGS, SCRIPT, SCRIPTS, Category, Expect, Label, Script
from flows.catalog.sentences import Sentence

__all__ = [
    "CATEGORIES",
    "COMMON_FLAGS",
    "DISCOVER_AFFAIRS",
    "GENERATE_AI",
    "GROUPS",
    "INDEX_EMBEDDINGS",
    "MAINTENANCE",
    "SCRIPT",
    "SCRIPTS",
    "SCRIPT_TIME_LIMIT",
    "SPELLINGS",
    "SYNC_DAILY",
    "SYNC_FACTCHECKS",
    "SYNC_LEGISLATION",
    "SYNC_POLITICIANS",
    "SYNC_PRESS",
    "SYNC_VOTES",
    "CatalogError",
    "Category",
    "Expect",
    "Flag",
    "FlagRefused",
    "FlagValue",
    "Flags",
    "FromGroup",
    "Group",
    "Kind",
    "Label",
    "Script",
    "Sentence",
    "Step",
    "Target",
    "UnknownName",
    "arguments",
    "check_flags",
    "read_flags",
    "resolve",
    "single",
]
