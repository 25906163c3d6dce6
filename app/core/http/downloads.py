"""A file to keep, on the wire: its type, and the name under which a browser saves it (RFC 6266)."""

from flask import Response

from app.core.http.call import Download


def download_response(download: Download) -> Response:
    """The answer that a browser saves."""
    response = Response(download.text, content_type=f"{download.media}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{download.filename}"'
    return response
