"""A job whose worker dies between its commit and its end runs again: that must cost nothing but a call."""

import sqlalchemy as sa

from app.core.jobs import Job
from app.factory import Wallet
from app.payments.models import Attempt
from app.payments.operations.inquire_attempt import inquire_attempt
from tests.conftest import Outside
from tests.factories.people import create_person
from tests.fakes import Unanswered


def test_an_inquiry_that_is_repeated_leaves_one_next_inquiry(
    wallet: Wallet, outside: Outside
) -> None:
    outside.gateway.script.append(Unanswered())
    create_person(wallet).pay(1000)
    with wallet.database.snapshot() as tx:
        attempt_id = tx.scalars(sa.select(Attempt.id)).one()
    outside.gateway.inquiries_fail = 100
    for _ in range(2):
        inquire_attempt(wallet.payments, attempt_id)
    with wallet.database.snapshot() as tx:
        waiting = sa.select(sa.func.count()).where(
            Job.kind == "inquire_attempt", Job.subject_id == attempt_id
        )
        assert tx.scalar(waiting) == 1
