-- Passwords of programs, what SCRAM needs to know of a password, and how much an account may send.

-- Random bytes that hashes are keyed with, made once.
CREATE TABLE secret (
    name  TEXT PRIMARY KEY,
    bytes BLOB NOT NULL
) WITHOUT ROWID;

-- A password for one program (kind 0): random and long, so `hash` (BLAKE3 with a key) costs nothing to check. `scopes` is
-- a set of bits: 1 hands mail in, 2 collects it. `networks`: from where it may be used; empty: from anywhere.
CREATE TABLE credential (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    kind         INTEGER NOT NULL,
    hash         BLOB NOT NULL,
    scopes       INTEGER NOT NULL,
    networks     TEXT NOT NULL,
    stored_key   BLOB NOT NULL,
    server_key   BLOB NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    last_used_at INTEGER,
    last_peer    TEXT NOT NULL DEFAULT '',
    revoked_at   INTEGER
);
CREATE UNIQUE INDEX credential_name ON credential (account_id, name) WHERE revoked_at IS NULL;
CREATE INDEX credential_account ON credential (account_id);

-- SCRAM (RFC 5802 §3): one salt for all passwords of an account, since the salt is asked for before the password is
-- known. The keys here are the account's own password's; none until that is set, or used, again.
CREATE TABLE scram (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    salt       BLOB NOT NULL,
    iterations INTEGER NOT NULL,
    stored_key BLOB,
    server_key BLOB
);
CREATE TRIGGER scram_forgets AFTER UPDATE OF password_hash ON account BEGIN
    UPDATE scram SET stored_key = NULL, server_key = NULL WHERE account_id = NEW.id;
END;

-- What an account may send in a day, where that differs from the rest. None: as all. 0: no limit.
CREATE TABLE allowance (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    messages   INTEGER,
    recipients INTEGER
);

-- Messages that left in the last days, and whom an account has ever written to.
CREATE TABLE outgoing (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    at         INTEGER NOT NULL
);
CREATE INDEX outgoing_account ON outgoing (account_id, at);
CREATE INDEX outgoing_at ON outgoing (at);
CREATE TABLE correspondent (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    address    TEXT NOT NULL,
    first_at   INTEGER NOT NULL,
    PRIMARY KEY (account_id, address)
) WITHOUT ROWID;
CREATE INDEX correspondent_first ON correspondent (account_id, first_at);

-- Not to be tried before somebody lets it go.
ALTER TABLE queue_recipient ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
CREATE INDEX queue_recipient_held ON queue_recipient (queue_id) WHERE held = 1;
