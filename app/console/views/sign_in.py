"""Signing in with password and one-time code, signing out, and the language."""

from typing import Final

from app.auth.operations.log_in_agent import log_in_agent
from app.auth.operations.log_out_agent import log_out_agent
from app.console.dependencies import ConsoleDependencies
from app.console.pages import Pages, Shown, SignedIn, SignedOut, SpeaksLocale, Visit
from app.core.errors import Refusal
from app.core.locale import LOCALES

pages = Pages()

KEYS: Final = ("j", "k", "c", "r", "Enter", "Ctrl-K", "/", "Ctrl-Enter", "?")
_FIRST_PAGE: Final = "/"


@pages.get("/")
def show_start(deps: ConsoleDependencies, visit: Visit) -> Shown:
    """What there is, and which keys lead there."""
    return Shown("start.html", {"keys": KEYS})


@pages.get("/sign-in", role=None)
def show_sign_in(deps: ConsoleDependencies, visit: Visit) -> Shown:
    """The form."""
    return Shown("sign_in.html", {"next": visit.query.get("next", ""), "email": ""})


@pages.post("/sign-in", role=None)
def sign_in(deps: ConsoleDependencies, visit: Visit) -> Shown | SignedIn:
    """Let the agent in, or show the form again with the reason; the password is typed anew."""
    email, wanted = visit.word("email", ""), visit.word("next", "")
    password, totp = visit.form.get("password", ""), visit.word("totp", "")
    try:
        signed_in = log_in_agent(deps.auth, email, password, totp)
    except Refusal as refusal:
        values = {"next": wanted, "email": email, "refusal": refusal}
        return Shown("sign_in.html", values, status=refusal.error.status)
    return SignedIn(signed_in.access_token, _own_path(wanted))


@pages.post("/sign-out")
def sign_out(deps: ConsoleDependencies, visit: Visit) -> SignedOut:
    """End this session."""
    log_out_agent(deps.auth, visit.me.principal.session_id)
    return SignedOut()


@pages.post("/language")
def speak(deps: ConsoleDependencies, visit: Visit) -> SpeaksLocale:
    """Answer in the other language from now on."""
    wanted = visit.word("locale")
    return SpeaksLocale(next((it for it in LOCALES if it == wanted), visit.locale))


def _own_path(wanted: str) -> str:
    """Where to go after signing in: a path of the console, never an address of somebody else's."""
    is_ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if is_ours and wanted.isprintable() else _FIRST_PAGE
