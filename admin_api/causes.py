"""What a job's error, or the reason of a change, begins with where it is ours to say it.

They are kept as they stand here, as the text's first line, and translated where they are shown.
"""

from __future__ import annotations

KILLED = (
    "The run's process was killed: by somebody, or by the system when memory ran out. "
    "A retry goes on after the last finished step."
)
DIED = "The run's process ended before the run was done. A retry goes on after the last finished step."
STEPS_FAILED = "These steps failed, and every other one has run:"
FAILED_SILENTLY = "It failed, and said nothing. Its log may tell more."

NO_ANSWER = "Prefect did not answer, so the run could not be started. Start it again."
NO_DEPLOYMENT = "Prefect does not know this deployment yet. Run `syncs deploy`, then start it again."
NOT_STARTED = "The API was stopped before it could start the run. Start it again."
BEFORE_IT_BEGAN = "Cancelled before it was started."
DELETED = "Its run was deleted in Prefect."
NOBODY_LEFT = "It was to be cancelled, and neither it nor its worker gave a sign of life any more."
ENDED_WITH_ITS_RUN = "Its run is over: it was ended with it."

# Those of Prefect's automations, which deployments/automations.py makes (a test holds them to these words).
SILENT = "No sign of life for 90 seconds: the run's process, or its machine, is gone."
NOT_BEGUN = "It was taken up by a worker and never began: the worker was probably stopped meanwhile. Start it again."
OF_AUTOMATIONS = (SILENT, NOT_BEGUN)
