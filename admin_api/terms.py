"""What statuses, what started a job, and what somebody did are called on a page."""

from __future__ import annotations

from collections.abc import Mapping

from admin_api.models import Trigger
from admin_api.schemas import StepStatus
from flows.catalog import Sentence

#: A job's are among a step's.
STATUSES: Mapping[str, Sentence] = {
    StepStatus.PENDING: Sentence("Waiting"),
    StepStatus.RUNNING: Sentence("Running"),
    StepStatus.COMPLETED: Sentence("Completed"),
    StepStatus.SKIPPED: Sentence("Skipped"),
    StepStatus.FAILED: Sentence("Failed"),
    StepStatus.CANCELLED: Sentence("Cancelled"),
    StepStatus.NOT_RUN: Sentence("Not reached"),
}
TRIGGERS: Mapping[str, Sentence] = {
    Trigger.ADMIN: Sentence("from the admin page or the API"),
    Trigger.CLI: Sentence("on the command line"),
    Trigger.SCHEDULE: Sentence("by a schedule"),
    Trigger.EVENT: Sentence("by an event"),
    Trigger.PREFECT: Sentence("in Prefect"),
}
ACTIONS: Mapping[str, Sentence] = {
    "start": Sentence("started"),
    "cancel": Sentence("cancelled"),
    "retry": Sentence("ran again"),
    "pause": Sentence("paused"),
    "resume": Sentence("resumed"),
    "login": Sentence("signed in"),
    "login-refused": Sentence("was refused at the login"),
    "logout": Sentence("signed out"),
}
#: Whoever an API caller says it acts for (`token:<whom>`) goes by that name.
ACTORS: Mapping[str, Sentence] = {
    "session": Sentence("on the admin page"),
    "token": Sentence("by the API"),
}
