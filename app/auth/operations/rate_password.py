"""Live hints while a password is typed (contract, section 3). Nothing is stored and no account is looked at."""

from dataclasses import dataclass

from app.auth.identifiers import Identifier
from app.auth.operations import AuthDependencies
from app.auth.passwords import password_score, password_violations


@dataclass(frozen=True, slots=True)
class PasswordRating:
    """Whether it would be taken, how hard it is to guess (0 to 4), and which rules it breaks."""

    acceptable: bool
    score: int
    violations: tuple[str, ...]


def rate_password(
    deps: AuthDependencies, password: str, identifier: Identifier | None
) -> PasswordRating:
    """Judge a password by the rules and by how hard it is to guess."""
    known = () if identifier is None else (identifier.value,)
    found = password_violations(password, identifiers=known, policy=deps.policy)
    return PasswordRating(not found, password_score(password, known), tuple(map(str, found)))
