-- The queue keeps what the sender asked for, what may not leave yet, and what each attempt used; keys that sign; what
-- other domains demand of TLS, and how it went.

ALTER TABLE queue ADD COLUMN ret TEXT;
ALTER TABLE queue ADD COLUMN envid TEXT;
ALTER TABLE queue ADD COLUMN utf8 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue ADD COLUMN require_tls INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;

-- `claimed`: 1 while it is tried, 2 when an operator has asked for it meanwhile. `held`: not to be tried before somebody lets it go. `doubts`: attempts after which nobody knows whether it arrived.
-- `warn_at`: when the sender is told that it is late; none once it was told, or if nobody wants to know.
DROP INDEX queue_recipient_due;
ALTER TABLE queue_recipient DROP COLUMN due_at;
ALTER TABLE queue_recipient ADD COLUMN notify TEXT;
ALTER TABLE queue_recipient ADD COLUMN orcpt TEXT;
ALTER TABLE queue_recipient ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue_recipient ADD COLUMN doubts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue_recipient ADD COLUMN warn_at INTEGER;
ALTER TABLE queue_recipient ADD COLUMN warned_at INTEGER;
ALTER TABLE queue_recipient ADD COLUMN last_tls TEXT NOT NULL DEFAULT '';
CREATE INDEX queue_recipient_due ON queue_recipient (destination, priority, next_at) WHERE claimed = 0 AND held = 0;
CREATE INDEX queue_recipient_expiry ON queue_recipient (expires_at) WHERE claimed = 0 AND held = 0;
CREATE INDEX queue_recipient_late ON queue_recipient (warn_at) WHERE warn_at IS NOT NULL AND held = 0;
CREATE INDEX queue_recipient_claimed ON queue_recipient (id) WHERE claimed <> 0;

-- A destination with rows that wait, by priority: one row however many they are. No row of it is tried before
-- `next_at`. `failures` counts the looks in a row at which none of its servers could be reached; it rests between them.
CREATE TABLE queue_destination (
    destination TEXT NOT NULL,
    priority    INTEGER NOT NULL,
    next_at     INTEGER NOT NULL,
    failures    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (destination, priority)
) WITHOUT ROWID;
CREATE INDEX queue_destination_due ON queue_destination (priority, next_at, destination);
INSERT INTO queue_destination (destination, priority, next_at)
    SELECT destination, 0, min(next_at) FROM queue_recipient GROUP BY destination;

-- Keys that sign what leaves (RFC 6376). `private` is PKCS#8.
CREATE TABLE dkim_key (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    domain      TEXT NOT NULL,
    selector    TEXT NOT NULL,
    algorithm   INTEGER NOT NULL,
    private     BLOB NOT NULL,
    created_at  INTEGER NOT NULL,
    active_from INTEGER NOT NULL,
    retired_at  INTEGER,
    UNIQUE (domain, selector)
);

-- What domains said of themselves (RFC 8461), for as long as they said it holds.
CREATE TABLE sts_policy (
    domain     TEXT PRIMARY KEY,
    id         TEXT NOT NULL,
    policy     TEXT NOT NULL,
    fetched_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;

-- How sessions with others were encrypted, or why not, a day and a kind (RFC 8460 §4.3). `failure` is empty for success.
CREATE TABLE tls_outcome (
    day      INTEGER NOT NULL,
    domain   TEXT NOT NULL,
    policy   INTEGER NOT NULL,
    failure  TEXT NOT NULL,
    host     TEXT NOT NULL,
    sessions INTEGER NOT NULL,
    PRIMARY KEY (day, domain, policy, failure, host)
) WITHOUT ROWID;
