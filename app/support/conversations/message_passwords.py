"""Passwords in a message, by the words around them. Pure.

How much is taken for a password depends on what leads to it. After `:`, `=`, 是 or `is` it is whatever stands there but
the words that are said of passwords ("is wrong"); after a mere blank, or a few words further on, it has to look like
one; a word alone is one where nothing else is said.
"""

import re
from collections.abc import Iterator
from typing import Final

Found = tuple[int, int]
"""From, until."""

_GAP: Final = r"\s{0,4}"
_BLANK: Final = r"\s{1,4}"
"""Bounded, since a message may hold thousands of blanks."""
_HAN_WORD: Final = r"(?:密\s?码|口令|账密)"
_STRONG_WORD: Final = (
    rf"(?:{_HAN_WORD}|(?<![a-z])(?:pass?[ \-]?w(?:or|ro|r)?ds?|pass-?phrase|passcode|pswd|psw|pwd|mima)"
    r"(?![a-z_\-]))"
)
_WEAK_WORD: Final = r"(?<![a-z])(?:p/?w|pass)(?![a-z_\-])"
"""Words that say something else as well."""
_ANY_WORD: Final = rf"(?:{_STRONG_WORD}|{_WEAK_WORD})"
_TYPED: Final = r"(?P<secret>[!-~]{4,128})"
_OPEN: Final = r"[\"'`“‘「『《<(（【\[]?"
_ADVERB: Final = rf"(?:(?:still|now|just|currently|actually|simply|always|probably){_BLANK})?"
_IS: Final = (
    r"(?:[了的]?(?:就|应该|还|1直|原来|以前|之前|现在|目前|可能|好像|大概|都|也|分别)?"
    r"(?:是|为|系|叫|设为|设成|改为|改成|换成|设置为|设置成|修改为|修改成)了?"
    rf"|{_BLANK}(?:is|was|are|were|equals|being){_BLANK}{_ADVERB})"
)
_TOLD: Final = re.compile(
    rf"{_ANY_WORD}[\"'”’)）】]?{_GAP}(?P<how>{_IS}{_GAP}[:=]?|[:=]+>?|->|→|\s-\s){_GAP}{_OPEN}{_TYPED}"
)
_QUOTED: Final = re.compile(
    rf"{_ANY_WORD}{_GAP}(?:{_IS}{_GAP}[:=]?|[:=]){_GAP}[\"'“‘「『](?P<secret>[^\"'”’」』\n]{{4,128}})[\"'”’」』]"
)
_ATTACHED: Final = re.compile(
    rf"(?:(?:{_HAN_WORD}|验证码|校验码){_GAP}|{_ANY_WORD}(?:['’]s)?{_BLANK}){_OPEN}(?![:=]){_TYPED}"
)
_NEXT_LINE: Final = re.compile(rf"{_ANY_WORD}[ ]{{0,4}}\n\s{{0,4}}{_TYPED}[ ]{{0,4}}(?=\n|$)")
_ALONE: Final = re.compile(
    r"(?:^|\n)[ ]{0,4}"
    r"(?:(?:my|the|login|new|old|wallet|payment|我的?|新|旧|登录|支付|交易|钱包|账号|账户)[ ]{0,4}){0,3}"
    rf"{_STRONG_WORD}[ ]{{1,4}}{_TYPED}[ ]{{0,4}}(?=\n|$)"
)
_BEFORE: Final = re.compile(
    rf"(?<![!-~]){_TYPED}[\"'”’)]?{_GAP}(?:是|为|作为|当作?|做|\bis|\bwas|\bas){_GAP}"
    rf"(?:the|my|your|我的?|您的|你的)?{_GAP}(?:[^\s!-~]{{0,6}}|[a-z]{{1,10}}\s){_STRONG_WORD}"
)
_WORD: Final = re.compile(_STRONG_WORD)
_SENTENCE_END: Final = re.compile(r"[。！？；\n]|[.!?;](?=\s|$)")
_WINDOW: Final = 64
_LINKED: Final = re.compile(
    r"(?:(?<![a-z])(?:is|was|to|from|as|be|with|like|entered|typed|used?|using|tried|try|and|or|of)\s{1,4}"
    rf"|[是为成用叫填入了和或的从由到过,，、]{_GAP}){_OPEN}{_TYPED}"
)
_REST: Final = re.compile(r"[!-~]{0,128}")

_SAID_OF_PASSWORDS: Final = frozenset(
    """
    accidentally almost anything apparently asking been before both called case-sensitive coming definitely either
    everything first found going inside kept later lowercase uppercase made mine more most other over private refusing
    said saying showing slow somehow somewhere soon stopped subject taking telling than their them then these they
    those through today tomorrow turned unable usually vulnerable yesterday
    iphone ipad android huawei xiaomi wechat alipay apple google chrome safari keychain icloud
    accepted active again allowed already also always another asked available back because being better between blank
    blocked broken cancelled changed compromised confirmed confusing correct correctly cracked created current declined
    deleted denied different difficult disabled displayed down easy empty enabled encrypted ended enough entered even
    everywhere exactly expired exposed fail failed failing fails fine forgotten from gone good guessed hacked hard
    hashed having here hidden ignored impossible incorrect incorrectly indeed insecure instead invalid issue known
    leaked like likely limited locked long longer lost masked mandatory missing much must needed never none nothing
    obvious obviously okay once only optional outdated perfect permanent plain pretty probably problem public really
    recognised recognized refused rejected removed required reset resetting right saved safe same secret secure seen
    sent shared short should shown similar simple simply something stale stolen stored strong stuck supposed sure
    temporary that there this though timed true typed unavailable uncertain unchanged unclear unknown unsafe until
    updated useless used valid verified very visible wait weak what when where which with without working worthless
    written wrong your yours wanted
    """.split()  # noqa: SIM905 - a page of quotes is harder to read
)
"""What follows "my password is" and is none."""
_FOLLOWS_PASSWORD: Final = _SAID_OF_PASSWORDS | frozenset(
    """
    change changes check error errors field form forgot help input issues keeps link lock login manager message page
    please policy problems question questions recovery reminder screen security settings thanks urgent update
    """.split()  # noqa: SIM905
)
_SYMBOL: Final = re.compile(r"[!@#$%^&*_+=?~|\\]")
_ORDINARY: Final = re.compile(
    r"\*+(?:[0-9]{4})?\W*"  # what is masked already
    r"|[a-z]{2,6}_[0-9a-z]{10,}\W*"  # an id of ours
    r"|[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+\W*|(?:https?://|www\.)\S*"
    r"|[¥$€£]?[0-9][0-9.,:/\-]*(?:min|mins|minutes|sec|s|h|hr|hrs|hours|days?|am|pm|th|times|rmb|cny|yuan)?\W*"
    r"|(?:iphone|ipad|ios|android|win|windows|macos|huawei|mate|sha|md|version|app|v)[\-]?[0-9][0-9.]*[a-z]{0,6}\W*"
    r"|[a-z]+(?:['’/\-][a-z]+)*\W*"
)
"""Words, sums, times, devices, addresses: what stands beside a password and is none."""


def find_passwords(shadow: str) -> Iterator[Found]:
    """Where passwords stand in a message's shadow; they may overlap."""
    for found in _TOLD.finditer(shadow):
        if _is_told(found):
            yield found.span("secret")
    for found in _QUOTED.finditer(shadow):
        if found["secret"].strip(" .") not in _SAID_OF_PASSWORDS:
            yield found.span("secret")
    for pattern in (_ATTACHED, _NEXT_LINE, _BEFORE):
        for found in pattern.finditer(shadow):
            if looks_like_password(found["secret"]):
                yield found.span("secret")
    for found in _ALONE.finditer(shadow):
        if found["secret"].rstrip(".,!?;:") not in _FOLLOWS_PASSWORD and _is_unmasked(found):
            yield found.span("secret")
    yield from _further_on(shadow)


def looks_like_password(token: str) -> bool:
    """Whether nobody would write it for anything else: letters with digits, or a sign that words don't have."""
    if _ORDINARY.fullmatch(token):
        return False
    has_letter, has_digit = re.search("[a-z]", token), re.search("[0-9]", token)
    has_symbol = _SYMBOL.search(token.rstrip("!?"))
    return bool((has_letter and has_digit) or (has_symbol and (has_letter or has_digit)))


def _is_told(found: re.Match[str]) -> bool:
    secret, how = found["secret"], found["how"].strip()
    plain = secret.strip("\"'`.,!?;:()<>[]")
    if not _is_unmasked(found) or plain in _SAID_OF_PASSWORDS:
        return False
    if how == "-" or (how[:1].isalpha() and _is_weak(found)):
        return looks_like_password(secret)
    if how in ("is", "was", "are", "were") or how.split(" ")[0] in ("is", "was", "are", "were"):
        return "'" not in plain
    return True


def _is_weak(found: re.Match[str]) -> bool:
    return re.match(_WEAK_WORD, found[0]) is not None


def _is_unmasked(found: re.Match[str]) -> bool:
    return re.fullmatch(r"\*+(?:[0-9]{4})?\W*", found["secret"]) is None


def _further_on(shadow: str) -> Iterator[Found]:
    """What looks like a password behind "from", "to", 用 and the like, in the sentence that speaks of one."""
    for word in _WORD.finditer(shadow):
        end = _SENTENCE_END.search(shadow, word.end(), word.end() + _WINDOW)
        until = end.start() if end else min(len(shadow), word.end() + _WINDOW)
        for found in _LINKED.finditer(shadow, word.end(), until):
            if looks_like_password(found["secret"]):
                start, stop = found.span("secret")
                rest = _REST.match(shadow, stop)  # the window may have cut it
                yield start, rest.end() if rest else stop
