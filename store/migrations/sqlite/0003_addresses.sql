-- What an account does with mail that comes: 0 takes it, 1 takes none for now (450), 2 takes none (550). Signing in is
-- another matter (`active`).
ALTER TABLE account ADD COLUMN receives INTEGER NOT NULL DEFAULT 0;

-- `receives` 0: this domain only sends. `catch_all` is an address, for names that nobody has. `separator` is the sign of
-- plus-addressing (RFC 5233): null is the server's, the empty text none. Limits that are null are none.
ALTER TABLE domain ADD COLUMN receives INTEGER NOT NULL DEFAULT 1;
ALTER TABLE domain ADD COLUMN catch_all TEXT;
ALTER TABLE domain ADD COLUMN separator TEXT;
ALTER TABLE domain ADD COLUMN most_accounts INTEGER;
ALTER TABLE domain ADD COLUMN most_aliases INTEGER;
ALTER TABLE domain ADD COLUMN most_quota INTEGER;
ALTER TABLE domain ADD COLUMN default_quota INTEGER;
ALTER TABLE domain ADD COLUMN message_size INTEGER;

-- Another name of a whole domain: whoever is somebody there is the same somebody here.
CREATE TABLE domain_alias (
    name       TEXT PRIMARY KEY,
    domain_id  INTEGER NOT NULL REFERENCES domain (id),
    created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX domain_alias_domain ON domain_alias (domain_id);

-- One address for many; in lower case, and never also an account's.
CREATE TABLE alias (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    domain_id  INTEGER NOT NULL REFERENCES domain (id),
    address    TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
);
CREATE INDEX alias_domain ON alias (domain_id, address);

-- `target` as it was written, `key` in lower case.
CREATE TABLE alias_target (
    alias_id INTEGER NOT NULL REFERENCES alias (id),
    key      TEXT NOT NULL,
    target   TEXT NOT NULL,
    PRIMARY KEY (alias_id, key)
) WITHOUT ROWID;
CREATE INDEX alias_target_key ON alias_target (key);

-- Which of the account's addresses a draft is to be sent as; empty: the one that the account is named by.
ALTER TABLE draft ADD COLUMN sender TEXT NOT NULL DEFAULT '';

-- Senders of forwarded mail whose address is too long to be written into another: a word stands for it.
CREATE TABLE kept_sender (
    word   TEXT PRIMARY KEY,
    sender TEXT NOT NULL,
    until  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX kept_sender_until ON kept_sender (until);
