"""An agent asks for somebody's attention."""

from dataclasses import dataclass

from app.core.database import Transaction
from app.core.errors import NOT_FOUND
from app.core.http.call import Principal
from app.core.locale import Locale
from app.payments.queries import own_instruction
from app.payments.rules import Kind
from app.support.conversations.acting import act_on
from app.support.conversations.agent_queries import DeskConversation
from app.support.conversations.escalating import make_urgent
from app.support.conversations.models import Conversation
from app.support.conversations.recording import get_conversation
from app.support.conversations.requiring import require_active
from app.support.conversations.rules import NOTE_MAX
from app.support.customers.bundle import bundle_text
from app.support.customers.operations.read_payment_evidence import read_payment_evidence
from app.support.dependencies import SupportDependencies
from app.support.looks import Looker


@dataclass(frozen=True, slots=True)
class Escalation:
    """Why it needs attention; with `payment_id` the evidence of that payment is kept with it."""

    reason: str
    payment_id: str | None = None


def escalate_conversation(
    deps: SupportDependencies,
    who: Principal,
    conversation_id: str,
    wanted: Escalation,
    locale: Locale,
) -> DeskConversation:
    """Make it urgent and say why, in a note; whoever has it keeps it, and its clocks keep their time (SHARE_OF).

    The evidence of a payment stands in the same note, in `locale`, and its being looked at in the trail. Raises
    NOT_FOUND (also for a payment that isn't the customer's), CONVERSATION_CLOSED, CONVERSATION_STATUS_CONFLICT where it
    is resolved.
    """
    why = wanted.reason
    if wanted.payment_id is not None:
        bundle = _bundle(deps, who, conversation_id, wanted.payment_id, locale)
        why = f"{why}\n\n{bundle}"[:NOTE_MAX]

    def change(tx: Transaction, conversation: Conversation) -> dict[str, str]:
        require_active(conversation)
        note = make_urgent(tx, deps, conversation, why, who.id)
        about = {} if wanted.payment_id is None else {"payment_id": wanted.payment_id}
        return {"note_id": note.id} | about

    return act_on(deps, who, conversation_id, "escalate_conversation", change)


def _bundle(
    deps: SupportDependencies,
    who: Principal,
    conversation_id: str,
    payment_id: str,
    locale: Locale,
) -> str:
    with deps.database.snapshot() as tx:
        conversation = get_conversation(tx, conversation_id)
        require_active(conversation)
        if conversation.user_id is None:
            raise NOT_FOUND()
        own_instruction(tx, conversation.user_id, Kind.PAYMENT, payment_id)
    found = read_payment_evidence(deps, Looker(who.id, conversation_id), payment_id)
    return bundle_text(found, locale, deps.timezone)
