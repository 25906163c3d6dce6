"""The second factor of an agent: a TOTP of the virtual clock, or a recovery code in its place. Each opens once.

Who may try how often is in `tries.py`; what an authenticator is told is in `enrolment.py`.
"""

import base64
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

import pyotp
import sqlalchemy as sa

from app.auth.codes import totp_secret
from app.auth.models import Agent, RecoveryCode
from app.auth.rules import RECOVERY_CODES, TOTP_STEP_SECONDS, TOTP_WINDOW_STEPS
from app.core.clock import to_ms
from app.core.database import Transaction
from app.core.security import KeyRing

TOTP_PATTERN: Final = "[0-9]{6}"
RECOVERY_PATTERN: Final = "[A-Za-z2-7]{4}(-[A-Za-z2-7]{4}){3}"
_RECOVERY_BYTES: Final = 10  # 80 random bits, sixteen characters of base32
_NOBODY: Final = "agt_nobody"
"""Whose codes are compared where there is no agent, so that it takes the same work."""


@dataclass(frozen=True, slots=True)
class TotpStep:
    """A TOTP that is right and unused; `step` counts 30 s from 1970."""

    step: int
    name: str = "totp"


@dataclass(frozen=True, slots=True)
class SpareCode:
    """A recovery code that is right and unused."""

    digest: str
    name: str = "recovery_code"


Factor: TypeAlias = TotpStep | SpareCode


def find_factor(tx: Transaction, keys: KeyRing, agent: Agent | None, given: str) -> Factor | None:
    """What the agent proves by `given`, at this moment; None where it is wrong, used or of nobody.

    It is not used up by this: two who come at once may both find it, and `spend` lets one pass.
    """
    if re.fullmatch(RECOVERY_PATTERN, given):
        digest = _recovery_digest(keys, agent.id if agent else _NOBODY, given)
        unused = sa.select(RecoveryCode.digest).where(
            RecoveryCode.digest == digest, RecoveryCode.used_at.is_(None)
        )
        return SpareCode(digest) if tx.scalar(unused) and agent else None
    subject = (agent.id, agent.totp_generation) if agent else (_NOBODY, 0)
    step = matching_step(totp_secret(keys, *subject), given, tx.now)
    if agent is None or step is None or step <= (agent.totp_last_step or 0):
        return None
    return TotpStep(step)


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The step within the window whose code it is; every one is compared, so that the time tells nothing."""
    current = to_ms(now) // (TOTP_STEP_SECONDS * 1000)
    hotp = pyotp.HOTP(secret)
    matching = None
    for step in range(current - TOTP_WINDOW_STEPS, current + TOTP_WINDOW_STEPS + 1):
        if hmac.compare_digest(hotp.at(step).encode(), code.encode()):
            matching = step
    return matching


def spend(tx: Transaction, agent_id: str, factor: Factor) -> bool:
    """Use the factor up in the caller's transaction; False where somebody did so in the meantime."""
    match factor:
        case TotpStep(step):
            unspent = sa.or_(Agent.totp_last_step.is_(None), Agent.totp_last_step < step)
            spending = sa.update(Agent).where(Agent.id == agent_id, unspent)
            return tx.change(spending.values(totp_last_step=step)) == 1
        case SpareCode(digest):
            using = sa.update(RecoveryCode).where(
                RecoveryCode.digest == digest,
                RecoveryCode.agent_id == agent_id,
                RecoveryCode.used_at.is_(None),
            )
            return tx.change(using.values(used_at=tx.now)) == 1


def issue_recovery_codes(tx: Transaction, keys: KeyRing, agent_id: str) -> tuple[str, ...]:
    """Ten new codes such as `k7qm-2xzp-abcd-efgh` in place of all that were there; known to nobody but the caller."""
    tx.change(sa.delete(RecoveryCode).where(RecoveryCode.agent_id == agent_id))
    codes = tuple(_new_recovery_code() for _ in range(RECOVERY_CODES))
    for code in codes:
        tx.add(RecoveryCode(digest=_recovery_digest(keys, agent_id, code), agent_id=agent_id))
    return codes


def _new_recovery_code() -> str:
    text = base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def _recovery_digest(keys: KeyRing, agent_id: str, code: str) -> str:
    return keys.fingerprint("agent-recovery-code", f"{agent_id}:{code.lower()}")
