"""What a WSGI server or the `flask` command loads."""

from app.core.logs import configure_logs
from app.factory import create_app

configure_logs()
app = create_app()
