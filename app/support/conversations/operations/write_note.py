"""An agent writes down what colleagues should know; users never see it."""

from app.core.http.call import Principal
from app.support.conversations.acting import note_act
from app.support.conversations.models import Note
from app.support.conversations.recording import add_note, announce, take_conversation
from app.support.dependencies import SupportDependencies


def write_note(deps: SupportDependencies, who: Principal, conversation_id: str, text: str) -> Note:
    """Keep it, masked; also with a conversation that is over. Raises NOT_FOUND."""
    with deps.database.transaction() as tx:
        conversation = take_conversation(tx, conversation_id)
        note = add_note(tx, conversation_id, who.id, text)
        announce(tx, deps, conversation, "note_created", note_id=note.id, by=who.id)
        note_act(tx, deps, who, "write_note", conversation, detail={"note_id": note.id})
    return note
