"""What the admin API refuses or cannot do. Each says it in a sentence that is translated where it is shown.

AdminError
├── Unauthorized        401  no token, or a wrong one
├── CsrfRefused         403  a form without the page's own word
├── TooManyLogins       429
├── NothingHere         404
├── JobNotFound         404
├── ScheduleNotFound    404
├── NotPossibleHere     405
├── AlreadyUnderWay     409  a job of that name goes on
├── AlreadyOver         409  there is nothing left to cancel
├── NotOver             409  only what failed or was cancelled is run again
├── IsAStep             409  a day's step is cancelled and retried with its day
├── NeverStarted        409  its run is not in Prefect (any more)
├── TooLarge            413
├── Invalid             422  the request is not as the document says
├── Broken              500  a mistake of ours
├── NotDeployed         503  Prefect does not know the deployment yet
├── PrefectAway         503
└── DatabaseAway        503
"""

from __future__ import annotations

from typing import ClassVar


class AdminError(Exception):
    """`sentence` is the English text and the translations' key; `params` fill it in, `members` go into the answer."""

    status: ClassVar[int]
    #: The last part of the problem's type (RFC 9457).
    slug: ClassVar[str]
    sentence: ClassVar[str]

    def __init__(self, *, members: dict[str, object] | None = None, **params: object) -> None:
        self.params = params
        self.members = members or {}
        super().__init__(self.sentence.format(**params))


class Unauthorized(AdminError):
    status = 401
    slug = "unauthorized"
    sentence = "Not authorized: send `Authorization: Bearer` with the admin token, or sign in."


class CsrfRefused(AdminError):
    status = 403
    slug = "csrf"
    sentence = "This form is out of date or comes from elsewhere. Reload the page and try again."


class TooManyLogins(AdminError):
    status = 429
    slug = "too-many-logins"
    sentence = "Too many failed logins from this address. Try again in {seconds} seconds."


class NothingHere(AdminError):
    status = 404
    slug = "not-found"
    sentence = "There is nothing at this address."


class JobNotFound(AdminError):
    status = 404
    slug = "job-not-found"
    sentence = "There is no job {id}."


class ScheduleNotFound(AdminError):
    status = 404
    slug = "schedule-not-found"
    sentence = "There is no schedule {id}."


class NotPossibleHere(AdminError):
    status = 405
    slug = "method-not-allowed"
    sentence = "{method} is not possible at this address."


class AlreadyUnderWay(AdminError):
    status = 409
    slug = "already-under-way"
    sentence = "{script} is already under way. Wait for it to end, or cancel it."


class AlreadyOver(AdminError):
    status = 409
    slug = "already-over"
    sentence = "This job is not under way any more ({status})."


class NotOver(AdminError):
    status = 409
    slug = "not-over"
    sentence = "Only a job that failed or was cancelled is run again, and this one is neither ({status})."


class IsAStep(AdminError):
    status = 409
    slug = "is-a-step"
    sentence = "This is a step of the day: cancel or retry the day's job, {parent}."


class NeverStarted(AdminError):
    status = 409
    slug = "never-started"
    sentence = "The run of this job is not in Prefect any more. Start it anew."


class TooLarge(AdminError):
    status = 413
    slug = "too-large"
    sentence = "The request is too large: at most {kilobytes} kB are read."


class Invalid(AdminError):
    status = 422
    slug = "invalid"
    sentence = "The request is not valid: {what}"


class Broken(AdminError):
    status = 500
    slug = "broken"
    sentence = "Something went wrong here. The server's log says what."


class NotDeployed(AdminError):
    status = 503
    slug = "not-deployed"
    sentence = "Prefect does not know {deployment} yet. `syncs deploy` registers every deployment; then start it again."


class PrefectAway(AdminError):
    status = 503
    slug = "prefect-away"
    sentence = "Prefect does not answer. Is `syncs up` running? Try again in a moment."


class DatabaseAway(AdminError):
    status = 503
    slug = "database-away"
    sentence = "The database of the jobs does not answer. Try again in a moment."
