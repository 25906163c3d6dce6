"""The due rows of bank cards and what each one calls."""

from app.banking.operations import BankingDependencies
from app.banking.operations.claw_back_micro_deposit import claw_back_micro_deposit
from app.banking.operations.expire_bank_card import expire_bank_card
from app.banking.operations.post_micro_deposit import post_micro_deposit
from app.banking.operations.settle_micro_deposit import settle_micro_deposit
from app.banking.rules import JobKind
from app.core.jobs import Handler


def handlers(deps: BankingDependencies) -> dict[str, Handler]:
    """A handler per kind of job; each one may run twice."""
    return {
        JobKind.POST_DEPOSIT: lambda job: post_micro_deposit(deps, job.subject_id),
        JobKind.SETTLE_DEPOSIT: lambda job: settle_micro_deposit(deps, job.subject_id),
        JobKind.CLAW_BACK: lambda job: claw_back_micro_deposit(deps, job.subject_id),
        JobKind.EXPIRE: lambda job: expire_bank_card(deps, job.subject_id),
    }
