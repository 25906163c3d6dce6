"""Who takes part in a journey of support, and at which time of the day."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from tests.journeys.server import Server, User

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass
class DeskAgent:
    """A sandbox agent, speaking HTTP; `because` says why they look at customers."""

    server: Server
    made: dict[str, Any]
    because: str = "the customer asked about a payment"

    @property
    def id(self) -> str:
        return str(self.made["agent"]["id"])

    def call(
        self, method: str, path: str, body: Any = None, status: int = 200, **headers: str
    ) -> Any:
        """One call below /internal/v1; the decoded answer, which must have that status."""
        told = {
            "Authorization": f"Bearer {self.made['access_token']}",
            "X_Access_Reason": quote(self.because),
        }
        answer = self.server.call(method, f"/internal/v1{path}", body, **(told | headers))
        assert answer.status_code == status, (method, path, answer.text)
        return answer.json() if answer.content else None


def an_agent(server: Server, role: str = "agent") -> DeskAgent:
    answer = server.call("POST", "/sandbox/v1/agents", {"role": role})
    assert answer.status_code == 201, answer.text
    return DeskAgent(server, answer.json())


def ask(user: User, method: str, path: str, body: Any = None, status: int = 200, **how: str) -> Any:
    """One call of a customer; the decoded answer, which must have that status."""
    answer = user.call(method, path, body, **how)
    assert answer.status_code == status, (method, path, answer.text)
    return answer.json() if answer.content else None


def go_to(server: Server, hour: int, weekday: int | None = None) -> datetime:
    """Advance to the next such hour in Shanghai, on a weekday from 0 (Monday); logins from before are over then."""
    now = datetime.fromisoformat(server.call("GET", "/sandbox/v1/clock").json()["now"])
    here = now.astimezone(SHANGHAI)
    at = here.replace(hour=hour, minute=0, second=0, microsecond=0)
    while at <= here or (weekday is not None and at.weekday() != weekday):
        at += timedelta(days=1)
    server.advance(int((at - here).total_seconds()) + 1)
    return at
