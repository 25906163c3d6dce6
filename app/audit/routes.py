"""`/internal/v1/audit`: the trail, and the proof that it is as it was written, for supervisors and admins."""

from app.audit.models import AuditEntry
from app.audit.operations import AuditDependencies
from app.audit.operations import verify_trail as verifying
from app.audit.operations.read_trail import read_trail
from app.audit.schemas import AuditEntrySchema, AuditQuerySchema, AuditVerificationSchema
from app.audit.trail import Verification
from app.core.http.call import Call
from app.core.http.routes import Access, Routes
from app.core.pagination import Page

# A word of app.auth.rules.Role, which is above this room.
routes = Routes("audit", prefix="/internal/v1", tag="Audit", access=Access.AGENT, role="supervisor")


@routes.get("/audit", query=AuditQuerySchema, answers={200: AuditEntrySchema}, paged=True)
def list_audit_entries(deps: AuditDependencies, call: Call) -> Page[AuditEntry]:
    """Who did what, to whom and why, newest first. Reading it is an act too, which the next reading shows."""
    return read_trail(deps, call.who.id, call.query, call.page)


@routes.get("/audit/verify", answers={200: AuditVerificationSchema})
def verify_audit(deps: AuditDependencies, call: Call) -> Verification:
    """Follow the chain of hashes through the whole trail, past its signed checkpoints, to its signed head.

    `ok` is false where an entry was changed, deleted, moved, added or cut off: `first_bad_seq` is the first such.
    """
    return verifying.verify_trail(deps, call.who.id)
