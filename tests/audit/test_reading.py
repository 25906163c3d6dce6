"""Reading the trail and proving it over HTTP and by command, which are acts that stand in it too."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry, AuditHead
from app.audit.rules import Act
from app.auth.rules import Role
from app.core.clock import rfc3339
from app.factory import Wallet
from tests.audit.test_trail import forge
from tests.client import Client
from tests.conftest import Clock
from tests.factories.staff import Colleague, create_agent

AUDIT = "/internal/v1/audit"
ON_SQLITE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


@pytest.fixture
def supervisor(wallet: Wallet) -> Colleague:
    return create_agent(wallet, Role.SUPERVISOR)


def record(wallet: Wallet, *acts: Act) -> None:
    for act in acts:
        with wallet.database.transaction() as tx:
            wallet.audit.record(tx, act)


def test_an_entry_is_shown_whole(wallet: Wallet, supervisor: Colleague, clock: Clock) -> None:
    act = Act("agt_1", "reveal_field", "usr_1", "usr_1", "they asked", ("phone",), {"level": 2})
    record(wallet, act)
    (entry,) = supervisor.client.get(AUDIT)["data"]
    at, hash_ = entry.pop("at"), entry.pop("hash")
    assert at <= rfc3339(clock.now())
    assert len(hash_) == 64
    assert entry == {
        "seq": 1,
        "actor": "agt_1",
        "action": "reveal_field",
        "subject": "usr_1",
        "customer_id": "usr_1",
        "reason": "they asked",
        "fields": ["phone"],
        "detail": {"level": 2},
    }


def test_a_reading_is_written_down_before_the_next(wallet: Wallet, supervisor: Colleague) -> None:
    assert supervisor.client.get(AUDIT, customer_id="usr_1")["data"] == []
    (entry,) = supervisor.client.get(AUDIT)["data"]
    assert (entry["actor"], entry["action"]) == (supervisor.agent_id, "read_audit")
    assert (entry["customer_id"], entry["detail"]["filters"]) == ("usr_1", ["customer_id"])


def test_pages_go_back_by_number_without_gap_or_double(
    wallet: Wallet, supervisor: Colleague
) -> None:
    record(wallet, *[Act("agt_1", "read_customer", f"usr_{number}") for number in range(7)])
    seen: list[int] = []
    cursor: str | None = None
    while True:
        page = supervisor.client.get(
            AUDIT, actor="agt_1", limit=3, **({"cursor": cursor} if cursor else {})
        )
        seen += [entry["seq"] for entry in page["data"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == [7, 6, 5, 4, 3, 2, 1]


def test_each_filter_narrows(wallet: Wallet, supervisor: Colleague, clock: Clock) -> None:
    early = clock.now()
    record(wallet, Act("agt_1", "read_customer", "pay_1", "usr_1"))
    clock.jump_to(early + timedelta(minutes=10))
    record(wallet, Act("agt_2", "reveal_field", "pay_2", "usr_2"))
    middle = rfc3339(early + timedelta(minutes=5))
    for filters, expected in (
        ({"actor": "agt_1"}, [1]),
        ({"action": "reveal_field"}, [2]),
        ({"subject": "pay_2"}, [2]),
        ({"customer_id": "usr_1"}, [1]),
        ({"created_to": middle}, [1]),
        ({"created_from": middle, "customer_id": "usr_2"}, [2]),
        ({"actor": "agt_1", "action": "reveal_field"}, []),
    ):
        found = supervisor.client.get(AUDIT, **filters)["data"]
        assert [entry["seq"] for entry in found] == expected, filters


@ON_SQLITE
@pytest.mark.parametrize(
    "query",
    [{"created_from": "yesterday"}, {"seq": "1"}, {"actor": "x" * 101}, {"limit": "0"}],
)
def test_a_filter_that_is_none_is_refused(supervisor: Colleague, query: dict[str, str]) -> None:
    assert supervisor.client.get(AUDIT, **query).code == "validation_failed"


@ON_SQLITE
def test_an_agent_reads_no_audit_and_a_supervisor_and_an_admin_do(wallet: Wallet) -> None:
    for role, status in ((Role.AGENT, 403), (Role.SUPERVISOR, 200), (Role.ADMIN, 200)):
        client = create_agent(wallet, role).client
        assert client.get(AUDIT).status == client.get(f"{AUDIT}/verify").status == status


def test_a_whole_trail_verifies_and_the_proof_is_written_down(
    wallet: Wallet, supervisor: Colleague
) -> None:
    record(wallet, Act("agt_1", "read_customer"))
    proof = supervisor.client.get(f"{AUDIT}/verify")
    assert proof.body == {"ok": True, "checked": 1, "first_bad_seq": None}
    (entry,) = supervisor.client.get(AUDIT, action="verify_audit")["data"]
    assert entry["actor"] == supervisor.agent_id
    assert entry["detail"] == {"ok": True, "first_bad_seq": None}


FORGERIES = {
    "changed": (sa.update(AuditEntry).where(AuditEntry.seq == 2).values(reason="x"), 2),
    "deleted": (sa.delete(AuditEntry).where(AuditEntry.seq == 3), 3),
    "cut off": (sa.delete(AuditEntry).where(AuditEntry.seq > 3), 4),
    "without its head": (sa.delete(AuditHead), 5),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_the_first_bad_row_is_named_by_the_api_and_by_the_command(
    what: str, wallet: Wallet, supervisor: Colleague
) -> None:
    statement, first_bad = FORGERIES[what]
    record(wallet, *[Act("agt_1", "read_customer", reason="they asked")] * 4)
    forge(wallet, lambda tx: tx.execute(statement))
    proof = supervisor.client.get(f"{AUDIT}/verify")
    assert proof.body == {"ok": False, "checked": first_bad - 1, "first_bad_seq": first_bad}
    done = wallet.app.test_cli_runner().invoke(args=["audit", "verify"])
    assert done.exit_code == 1
    assert done.output.endswith(f"BROKEN at {first_bad}\n")


@ON_SQLITE
def test_the_command_says_that_all_is_well(wallet: Wallet, client: Client) -> None:
    record(wallet, *[Act("agt_1", "read_customer")] * 3)
    done = wallet.app.test_cli_runner().invoke(args=["audit", "verify"])
    assert (done.exit_code, done.output) == (0, "3 entries, all as they were written\n")
