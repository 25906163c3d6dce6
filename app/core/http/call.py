"""What a view is handed: who calls, with what, from where. No Flask in here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.core.addresses import counted_address
from app.core.errors import ACCESS_REASON_REQUIRED, ACCESS_TOKEN_MISSING
from app.core.idempotency import KeyInUse
from app.core.locale import DEFAULT_LOCALE, Locale
from app.core.pagination import PageRequest


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is signed in: a `user` or an `agent` (with its role), through which session."""

    kind: Literal["user", "agent"]
    id: str
    session_id: str
    role: str | None = None


@dataclass(frozen=True, slots=True)
class RefusedCall:
    """A call of an agent that was refused: which operation, with which ids in its path, and the refusal's code."""

    agent_id: str
    operation: str
    path: Mapping[str, str]
    code: str


@dataclass(frozen=True, slots=True)
class Client:
    """What the app tells of itself, kept with each payment attempt (contract, section 2)."""

    app_version: str | None = None
    network_type: str | None = None
    address: str | None = None

    @property
    def counted_as(self) -> str:
        """The caller where calls are counted per network address; who has none is counted with all who have none."""
        return counted_address(self.address)


@dataclass(frozen=True, slots=True)
class Call:
    """One decoded request. `body` and `query` are what the endpoint's schemas let through, `raw` is the body unread."""

    body: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    client: Client = field(default_factory=Client)
    locale: Locale = DEFAULT_LOCALE
    page: PageRequest = field(default_factory=PageRequest)
    principal: Principal | None = None
    key: KeyInUse | None = None
    request_id: str = ""
    access_reason: str | None = None
    raw: bytes = field(default=b"", repr=False)

    @property
    def who(self) -> Principal:
        """The caller. Raises ACCESS_TOKEN_MISSING on a route that lets anyone in."""
        if self.principal is None:
            raise ACCESS_TOKEN_MISSING()
        return self.principal

    @property
    def user_id(self) -> str:
        """The signed-in user's id."""
        return self.who.id

    @property
    def why(self) -> str:
        """Why an agent looks at a customer. Raises ACCESS_REASON_REQUIRED on a route that doesn't ask."""
        if self.access_reason is None:
            raise ACCESS_REASON_REQUIRED()
        return self.access_reason


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer whose status isn't the endpoint's first one. `body` is what the status's schema dumps."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Download:
    """An answer that is a file to keep: a name of ours, its text, and of which type it is."""

    filename: str
    text: str
    media: str
