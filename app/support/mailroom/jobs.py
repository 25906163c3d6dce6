"""Due work of the mailroom."""

from app.core.jobs import DueJob, Handler
from app.support.dependencies import SupportDependencies
from app.support.mailroom.operations.sort_mail import sort_mail
from app.support.mailroom.rules import JobKind


def handlers(deps: SupportDependencies) -> dict[str, Handler]:
    """The handler of each kind of job."""

    def sort(job: DueJob) -> None:
        sort_mail(deps, job.subject_id)

    return {JobKind.SORT: sort}
