"""Due work of the hotline. It may run twice: it looks at the call before it acts."""

from app.core.jobs import DueJob, Handler
from app.support.calls.ending import end_call
from app.support.calls.queries import get_call
from app.support.calls.rules import JobKind
from app.support.dependencies import SupportDependencies


def handlers(deps: SupportDependencies) -> dict[str, Handler]:
    """The handler of each kind of job."""

    def end(job: DueJob) -> None:
        with deps.database.transaction() as tx:
            end_call(tx, deps, get_call(tx, job.subject_id, for_update=True))

    return {JobKind.END: end}
