"""`/v1/support/access-log`: who looked at what of mine."""

from app.core.http.call import Call
from app.core.http.routes import Routes
from app.core.pagination import Page
from app.support.customers.operations.read_access_log import SeenLook, read_access_log
from app.support.customers.schemas import AccessLogEntrySchema
from app.support.dependencies import SupportDependencies

routes = Routes("support_access_log", prefix="/v1/support", tag="Support")


@routes.get("/access-log", answers={200: AccessLogEntrySchema}, paged=True)
def list_access_log(deps: SupportDependencies, call: Call) -> Page[SeenLook]:
    """Which agent looked at what of yours or changed it, when and why, newest first."""
    return read_access_log(deps, call.user_id, call.page)
