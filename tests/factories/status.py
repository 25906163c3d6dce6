"""Incidents, and attempts with the outcome that a test wants, written straight into their tables."""

from collections.abc import Sequence
from datetime import datetime

from app.core.database import Transaction
from app.core.ids import new_id
from app.payments.models import Attempt, Instruction
from app.payments.rules import Kind, Source, Status
from app.status.components import Component, IncidentStatus
from app.status.models import Incident, IncidentComponent, IncidentUpdate

CARD = "card_of_nobody"


def create_incident(
    tx: Transaction,
    started_at: datetime,
    *,
    resolved_at: datetime | None = None,
    impact: str = "major",
    components: Sequence[Component] = (Component.PAYMENT_GATEWAY,),
    published: bool = True,
) -> str:
    """An incident with one update, said when it began, for all to see unless it is a draft; returns its id."""
    status = IncidentStatus.RESOLVED if resolved_at else IncidentStatus.INVESTIGATING
    incident = Incident(
        id=new_id("inc"),
        title_zh="支付通道异常",
        title_en="Payments fail",
        status=status,
        impact=impact,
        started_at=started_at,
        resolved_at=resolved_at,
        published_at=started_at if published else None,
        created_by="agt_somebody",
    )
    tx.add(incident)
    tx.flush()
    for component in components:
        tx.add(IncidentComponent(incident_id=incident.id, component=component))
    update = IncidentUpdate(
        id=new_id("upd"),
        incident_id=incident.id,
        status=IncidentStatus.INVESTIGATING,
        text_zh="正在调查。",
        text_en="We are looking into it.",
        created_at=started_at,
        created_by="agt_somebody",
    )
    tx.add(update)
    return incident.id


def create_attempt(
    tx: Transaction, started_at: datetime, *, code: str | None = None, kind: Kind = Kind.PAYMENT
) -> str:
    """A movement of somebody's with one attempt that failed by `code`, or succeeded."""
    status = Status.FAILED if code else Status.SUCCEEDED
    on_card = kind is not Kind.PAYMENT
    instruction = Instruction(
        id=new_id("pay"),
        kind=kind,
        user_id="usr_somebody",
        amount_minor=1000,
        currency="CNY",
        source=Source.BANK_CARD if kind is Kind.TOP_UP else Source.BALANCE,
        bank_card_id=CARD if on_card else None,
        merchant_id=None if on_card else "mch_star_coffee",
        status=status,
        failure_code=code,
        attempts_made=1,
        counted_on=started_at.date().isoformat(),
        password_free=True,
        created_at=started_at,
        updated_at=started_at,
    )
    tx.add(instruction)
    tx.flush()
    attempt = Attempt(
        id=new_id("att"),
        instruction_id=instruction.id,
        user_id=instruction.user_id,
        number=1,
        outcome=status.value,
        failure_code=code,
        inquiries_made=0,
        started_at=started_at,
        finished_at=started_at,
    )
    tx.add(attempt)
    tx.flush()
    return attempt.id
