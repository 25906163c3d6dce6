"""The world's tables. Money in minor units, times as RFC 3339 text (see times.py)."""

VERSION = 2

TABLES = """
CREATE TABLE clock (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    offset_seconds REAL NOT NULL
) STRICT;
INSERT INTO clock VALUES (1, 0.0);

CREATE TABLE cards (
    token TEXT PRIMARY KEY,
    card_number TEXT NOT NULL,
    holder_name TEXT NOT NULL,
    UNIQUE (card_number, holder_name)
) STRICT;

CREATE TABLE statement_lines (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    card_number TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('credit', 'debit')),
    description TEXT NOT NULL,
    posted_at TEXT NOT NULL
) STRICT;
CREATE INDEX statement_lines_card ON statement_lines (card_number, seq);

CREATE TABLE charges (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    reference TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL CHECK (status IN ('captured', 'declined')),
    decline_code TEXT CHECK ((status = 'declined') = (decline_code IS NOT NULL)),
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    merchant_id TEXT,
    user_id TEXT NOT NULL,
    card_number TEXT,
    refunded_amount INTEGER NOT NULL DEFAULT 0 CHECK (refunded_amount BETWEEN 0 AND amount),
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE refunds (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    reference TEXT NOT NULL UNIQUE,
    charge_reference TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('refunded', 'refused')),
    decline_code TEXT CHECK ((status = 'refused') = (decline_code IS NOT NULL)),
    amount INTEGER NOT NULL CHECK (amount > 0),
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE movements (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    reference TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('payout', 'deposit', 'deposit_reversal')),
    status TEXT NOT NULL CHECK (status IN ('paid', 'posted', 'reversed', 'declined')),
    decline_code TEXT CHECK ((status = 'declined') = (decline_code IS NOT NULL)),
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    user_id TEXT NOT NULL,
    card_number TEXT,
    card_last4 TEXT NOT NULL,
    deposit_reference TEXT UNIQUE REFERENCES movements (reference),
    created_at TEXT NOT NULL
) STRICT;

-- References that were cancelled, those never seen included: a late request must not slip past.
CREATE TABLE cancellations (
    target TEXT NOT NULL,
    reference TEXT NOT NULL,
    id TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (target, reference)
) STRICT;

CREATE TABLE messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL CHECK (channel IN ('sms', 'email')),
    reference TEXT NOT NULL,
    recipient TEXT NOT NULL,
    template TEXT NOT NULL,
    subject TEXT,
    body TEXT NOT NULL,
    code TEXT,
    created_at TEXT NOT NULL,
    UNIQUE (channel, reference, recipient)
) STRICT;

CREATE TABLE faults (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    target TEXT NOT NULL,
    operation TEXT,
    kind TEXT NOT NULL,
    times INTEGER NOT NULL CHECK (times > 0),
    after INTEGER NOT NULL CHECK (after >= 0),
    after_left INTEGER NOT NULL CHECK (after_left BETWEEN 0 AND after),
    hits INTEGER NOT NULL DEFAULT 0 CHECK (hits BETWEEN 0 AND times),
    match TEXT NOT NULL,
    delay_ms INTEGER CHECK (delay_ms > 0),
    created_at TEXT NOT NULL
) STRICT;

-- Charges that will be taken once they are cancelled; `request` is the body of the charge.
CREATE TABLE late_charges (
    reference TEXT PRIMARY KEY,
    request TEXT NOT NULL
) STRICT;

-- What is still to be told to the wallet; `due_at` is machine time in seconds since 1970.
CREATE TABLE callbacks (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    target TEXT NOT NULL,
    body TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
    due_at REAL NOT NULL
) STRICT;

-- What the first request of a reference was about, done or not, so that a fault can be matched to an
-- inquiry or a cancel, which carry nothing but the reference.
CREATE TABLE sightings (
    target TEXT NOT NULL,
    reference TEXT NOT NULL,
    amount INTEGER,
    merchant_id TEXT,
    user_id TEXT,
    card_last4 TEXT,
    PRIMARY KEY (target, reference)
) STRICT;
"""

# What a reset empties; the clock goes back to the machine's instead.
EMPTIED_BY_RESET = (
    "cards",
    "statement_lines",
    "charges",
    "refunds",
    "movements",
    "cancellations",
    "late_charges",
    "callbacks",
    "messages",
    "faults",
    "sightings",
)
