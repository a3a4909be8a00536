"""Why a script ends without having done its work. The class decides the exit code; the message is the sentence shown.

- ScriptError (1)
  - CalledWrongly (64)
  - NotConfigured (78)
  - SourceDown (75)
  - SourceRefused
    - NotThere
  - BadSource
  - DatabaseNotReady
- RecordError: not an end; one record of a source is bad, is counted, and the rest goes on
"""

#: So many bad records, and no good one, are no matter of these records any more: the source has changed, or we err.
NOT_BY_CHANCE = 10


class ScriptError(Exception):
    """A script cannot do its work; trying the same again may help."""

    exit_code = 1


class CalledWrongly(ScriptError):
    """A flag or a setting has a value that is not allowed; trying again does not help."""

    exit_code = 64


class NotConfigured(ScriptError):
    """A setting that the script needs is missing; whoever runs it takes the step as skipped."""

    exit_code = 78


class SourceDown(ScriptError):
    """The source does not answer now, after every retry of the client.

    `retry_after` is what the source asked for, in seconds, or None; `status` is HTTP's, where there was one.
    """

    exit_code = 75

    def __init__(self, message: str, retry_after: float | None = None, status: int | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.status = status


class SourceRefused(ScriptError):
    """The source answered, and will answer the same again: 404, 403, too many redirects, a missing file.

    `status` is HTTP's, where there was one.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class NotThere(SourceRefused):
    """The source says that there is no such document (404, 410), which of one among many may be quite right."""


class BadSource(ScriptError):
    """What the source sent is not what its format promises; nothing of it was written."""


class DatabaseNotReady(ScriptError):
    """The database cannot be reached, or lacks this release's tables."""


class RecordError(ValueError):
    """One record is not usable. The message says what is wrong; the caller adds which record it is."""
