"""What a WSGI server or the `flask` command loads."""

from app.factory import create_app

app = create_app()
