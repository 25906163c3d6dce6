"""The SMS carrier over HTTP; the wire is in http.py."""

from app.edges import reading
from app.edges.deadline import Limits
from app.edges.http import HttpExchange, NoReply, OnRefused
from app.edges.protocols import SmsMessage
from app.edges.results import Answer, Outcome


class HttpSmsCarrier:
    """An `SmsCarrier` at a base URL."""

    def __init__(
        self,
        base_url: str,
        *,
        on_refused: OnRefused | None = None,
        limits: Limits = Limits(),  # noqa: B008 - immutable
    ) -> None:
        self._http = HttpExchange(base_url, on_refused=on_refused, limits=limits)

    def send(self, message: SmsMessage) -> Answer:
        """See `SmsCarrier.send`."""
        document = {
            "reference": message.reference,
            "to": message.to,
            "template": message.template,
            "text": message.text,
        }
        reply = self._http.post("/v1/messages", document, {202})
        if isinstance(reply, NoReply):
            return reading.unanswered(reply)
        external_id = reply.fields.get("id")
        if not isinstance(external_id, str) or not external_id:
            return reading.misunderstood(reply)
        return Answer(Outcome.SUCCEEDED, None, external_id, reply.status, reply.latency_ms)
