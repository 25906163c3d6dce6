"""What every answer tells a browser: not to guess, not to frame, not to keep, and on a page what it may load."""

from typing import Final

from flask import Response

SAFE_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers that don't know frame-ancestors
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Server": "wallet",  # or the web server would write its own name
}
NOTHING: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
DATA_POLICY: Final = f"{NOTHING}; sandbox"
"""For what isn't meant to be looked at as a page: JSON, metrics, empty answers."""
PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""For pages: our own scripts, never inline ones. Swagger UI sets styles inline, so those may be."""


def harden(response: Response) -> None:
    """Add what is missing; an answer that says otherwise, such as an asset that may be kept, keeps its own."""
    for name, value in SAFE_HEADERS.items():
        response.headers.setdefault(name, value)
    page = response.mimetype == "text/html"
    response.headers.setdefault("Content-Security-Policy", PAGE_POLICY if page else DATA_POLICY)
