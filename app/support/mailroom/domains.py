"""Whether two mail domains belong to one house. Pure; no list of public suffixes is fetched or shipped.

The rule errs to the strict side, since what it refuses waits for an agent: a domain speaks for those below it unless
strangers may have been given names below it.
"""

import re
from typing import Final

_SHORTEST: Final = 2  # labels of a domain that somebody can own
_COUNTRY: Final = re.compile("[a-z]{2}|xn--[a-z0-9-]+")
_CATEGORY: Final = re.compile(
    "[a-z]{1,3}|asso|conf|gouv|gob|govt|firm|info|inst|mobi|name|school|store|tozsde"
)
"""What countries sell names below, as in `co.uk` or `com.cn`; Chinese provinces have two letters."""
_LET_OUT: Final = frozenset(
    f"{name}.{top}"
    for top, names in {
        "app": "firebaseapp fly netlify onrender run vercel web",
        "com": "africa amazonaws appspot azurewebsites blogspot br cloudfunctions cn co de eu fastly github"
        " githubusercontent gr herokuapp hu jpn kr mex myshopify no qc ru sa se uk us windows wixsite wordpress za"
        " firebaseapp netlify sinaapp weebly tumblr squarespace",
        "dev": "deno fly pages r2 vercel web workers",
        "id": "my",
        "io": "bitbucket gitbook github gitlab netlify readthedocs",
        "me": "altervista",
        "net": "azure azurewebsites cloudfront fastly gb hu in jp se uk azurefd cloudapp",
        "org": "ae duckdns eu us",
        "sh": "now vercel",
        "site": "wixstudio",
    }.items()
    for name in names.split()
)
"""Where strangers get names below somebody's domain; the well-known ones of the Public Suffix List."""


def is_same_house(one: str, other: str) -> bool:
    """Equal, or one below the other: `mail.example.com` sends for `example.com`, but nobody at `com` does."""
    if one == other:
        return True
    upper, lower = sorted((one, other), key=len)
    return lower.endswith(f".{upper}") and not may_be_public(upper)


def may_be_public(domain: str) -> bool:
    """Whether names below the domain may belong to strangers: a top level, a country's category, a host of many."""
    labels = domain.split(".")
    if len(labels) < _SHORTEST or not all(labels):
        return True
    if domain in _LET_OUT or ".".join(labels[-_SHORTEST:]) in _LET_OUT:
        return True
    return (
        len(labels) == _SHORTEST
        and _COUNTRY.fullmatch(labels[1]) is not None
        and _CATEGORY.fullmatch(labels[0]) is not None
    )
