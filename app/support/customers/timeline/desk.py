"""Timeline sources of what the desk did for a customer: diagnoses, cases, calls, action requests, agents' looks."""

from collections.abc import Callable
from typing import Any, Final

import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.audit.refusals import REFUSED
from app.auth.models import Agent
from app.core.locale import Text
from app.support.actions.models import ActionRequest
from app.support.calls.models import SupportCall
from app.support.conversations.models import Conversation
from app.support.customers.timeline.entries import EntryType, Rows, Source, Told
from app.support.diagnosis.models import PaymentDiagnosis
from app.support.diagnosis.wording import compose


def _diagnoses(user_id: str) -> Rows:
    given = PaymentDiagnosis
    return sa.select(
        given.id,
        given.created_at,
        given.verdict,
        given.primary_cause,
        given.payment_id,
        given.agent_id,
    ).where(given.user_id == user_id)


def _tell_diagnosis(row: Any) -> Told:
    text = compose(
        Text("付款诊断：{verdict}（{cause}）", "Diagnosis of a payment: {verdict} ({cause})"),
        verdict=row.verdict,
        cause=row.primary_cause or "-",
    )
    detail = {"payment_id": row.payment_id, "agent_id": row.agent_id}
    return Told(text, row.verdict, row.primary_cause, detail=detail)


def _conversations(user_id: str) -> Rows:
    case = Conversation
    return sa.select(
        case.id,
        case.created_at,
        case.channel,
        case.status,
        case.subject,
        case.payment_id,
        case.assigned_to,
        case.last_seq,
    ).where(case.user_id == user_id)


def _tell_conversation(row: Any) -> Told:
    text = compose(
        Text("{channel}：{subject}", "{channel}: {subject}"),
        channel=row.channel,
        subject=row.subject or "-",
    )
    detail = {
        "channel": row.channel,
        "payment_id": row.payment_id,
        "assigned_to": row.assigned_to,
        "last_seq": row.last_seq,
    }
    return Told(text, row.status, detail=detail)


def _calls(user_id: str) -> Rows:
    call = SupportCall
    return sa.select(
        call.id,
        call.started_at,
        call.ended_at,
        call.direction,
        call.level,
        call.status,
        call.agent_id,
    ).where(call.user_id == user_id)


_DIRECTIONS: Final = {
    "inbound": Text("来电", "The customer called"),
    "outbound": Text("去电", "The customer was called"),
}


def _tell_call(row: Any) -> Told:
    text = compose(
        Text("{direction}（{level}）", "{direction} ({level})"),
        direction=_DIRECTIONS[row.direction],
        level=row.level,
    )
    detail = {"direction": row.direction, "level": row.level, "agent_id": row.agent_id}
    return Told(text, row.status, detail=detail)


def _action_source(event: str, at: Any, said: Text, *conditions: Any) -> Source:
    request = ActionRequest

    def query(user_id: str) -> Rows:
        return sa.select(
            request.id,
            at,
            request.type,
            request.status,
            request.payment_id,
            request.amount_minor,
            request.currency,
            request.reason,
            request.requested_by,
            request.decided_by,
        ).where(request.user_id == user_id, *conditions)

    return Source(EntryType.ACTION_REQUEST, event, at, request.id, query, _tell_action(said))


def _tell_action(said: Text) -> Callable[[Any], Told]:
    def tell(row: Any) -> Told:
        detail = {
            "payment_id": row.payment_id,
            "reason": row.reason,
            "requested_by": row.requested_by,
            "decided_by": row.decided_by,
        }
        text = compose(said, action=row.type, status=row.status)
        return Told(text, row.status, row.type, row.amount_minor, row.currency, detail)

    return tell


def _looks(user_id: str) -> Rows:
    return (
        sa.select(
            AuditEntry.seq,
            AuditEntry.at,
            AuditEntry.action,
            AuditEntry.reason,
            AuditEntry.fields,
            AuditEntry.actor,
            Agent.display_name,
        )
        .join(Agent, Agent.id == AuditEntry.actor)
        .where(AuditEntry.customer_id == user_id, AuditEntry.action != REFUSED)
    )


def _tell_look(row: Any) -> Told:
    text = compose(
        Text("{agent}：{action}", "{agent}: {action}"), agent=row.display_name, action=row.action
    )
    detail = {"agent_id": row.actor, "fields": row.fields, "reason": row.reason}
    return Told(text, code=row.action, detail=detail)


DESK_SOURCES: Final = (
    Source(
        type=EntryType.DIAGNOSIS,
        event="given",
        at=PaymentDiagnosis.created_at,
        row_id=PaymentDiagnosis.id,
        query=_diagnoses,
        tell=_tell_diagnosis,
    ),
    Source(
        type=EntryType.CONVERSATION,
        event="opened",
        at=Conversation.created_at,
        row_id=Conversation.id,
        query=_conversations,
        tell=_tell_conversation,
    ),
    Source(
        type=EntryType.CALL,
        event="began",
        at=SupportCall.started_at,
        row_id=SupportCall.id,
        query=_calls,
        tell=_tell_call,
    ),
    _action_source(
        "requested",
        ActionRequest.created_at,
        Text("申请操作：{action}（{status}）", "Action requested: {action} ({status})"),
    ),
    _action_source(
        "decided",
        ActionRequest.decided_at,
        Text("操作已处理：{action}（{status}）", "Action decided: {action} ({status})"),
        ActionRequest.decided_at > ActionRequest.created_at,
    ),
    Source(EntryType.LOOK, "looked", AuditEntry.at, AuditEntry.seq, _looks, _tell_look, key=int),
)
