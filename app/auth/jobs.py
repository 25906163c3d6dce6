"""Handlers of due rows of accounts."""

import sqlalchemy as sa

from app.auth.models import CredentialLock, User
from app.auth.notices import tell_user
from app.auth.operations import AuthDependencies
from app.auth.rules import Door
from app.auth.tries import TELL_OF_LOCK
from app.core.jobs import DueJob, Handler
from app.notifications.rules import Template

LOCK_TEMPLATES = {
    Door.LOGIN: Template.LOGIN_LOCKED,
    Door.TRANSACTION_PASSWORD: Template.TRANSACTION_PASSWORD_LOCKED,
}


def handlers(deps: AuthDependencies) -> dict[str, Handler]:
    """The handler of each kind of job."""
    return {TELL_OF_LOCK: lambda job: tell_of_lock(deps, job)}


def tell_of_lock(deps: AuthDependencies, job: DueJob) -> None:
    """Tell the user of a lock, once, unless the try that brought it was right, or nobody has that identifier."""
    with deps.database.transaction() as tx:
        untold = sa.update(CredentialLock).where(
            CredentialLock.id == job.subject_id, CredentialLock.told_at.is_(None)
        )
        if tx.change(untold.values(told_at=tx.now)) == 0:
            return
        lock = tx.get_one(CredentialLock, job.subject_id)
        if tx.get(User, lock.subject) is not None:
            tell_user(tx, lock.subject, LOCK_TEMPLATES[Door(lock.door)])
