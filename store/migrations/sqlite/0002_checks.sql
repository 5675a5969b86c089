-- Who vouches for a message that came from outside, what was decided about it, and what was refused before there was
-- a message.

-- One line (`mail::auth::verdict`): `junk:spf-fail spf=fail/mailfrom/far.test …`. Empty: nothing was judged.
ALTER TABLE message ADD COLUMN verdict TEXT NOT NULL DEFAULT '';

-- What was refused at the door. Bounded by age and by number; ids go up with time.
CREATE TABLE refusal (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    peer       TEXT NOT NULL,
    helo       TEXT NOT NULL,
    sender     TEXT NOT NULL,
    recipient  TEXT NOT NULL,
    message_id TEXT NOT NULL,
    reply      TEXT NOT NULL,
    reason     TEXT NOT NULL
);

-- Who has been met: a triplet of greylisting, or a sender that is known. `met` is a hash; nobody is named here.
CREATE TABLE acquaintance (
    met        BLOB PRIMARY KEY,
    first_at   INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX acquaintance_expiry ON acquaintance (expires_at);
