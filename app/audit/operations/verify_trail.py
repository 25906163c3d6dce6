"""Prove that the trail is as it was written (contract, section 8)."""

import structlog

from app.audit.operations import AuditDependencies
from app.audit.queries import has_head
from app.audit.rules import Act
from app.audit.trail import Verification

log = structlog.get_logger(__name__)


def verify_trail(deps: AuditDependencies, by: str) -> Verification:
    """Follow the whole chain, and write down who did and what came of it.

    A trail whose head is gone takes no entry any more: then the answer and the log alone say so.
    """
    with deps.database.snapshot() as tx:
        found = deps.trail.verify(tx)
    if not found.ok:
        log.error("audit_broken", first_bad_seq=found.first_bad_seq)
    with deps.database.transaction() as tx:
        if has_head(tx):
            detail = {"ok": found.ok, "first_bad_seq": found.first_bad_seq}
            deps.trail.record(tx, Act(by, "verify_audit", detail=detail))
    return found
