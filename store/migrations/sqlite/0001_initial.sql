-- Everything the store remembers. Ids are never given twice (AUTOINCREMENT): they stand in URLs, in search results
-- and in the ledger. Times are Unix milliseconds.

-- Small facts about the store itself; `run` counts how often it was opened.
CREATE TABLE fact (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE domain (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL UNIQUE,
    active     INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL
);

-- `used` counts placements outside Trash. `modseq` is the account's change counter (RFC 7162 §3.1, JMAP state).
CREATE TABLE account (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    domain_id     INTEGER NOT NULL REFERENCES domain (id),
    address       TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    admin         INTEGER NOT NULL,
    active        INTEGER NOT NULL DEFAULT 1,
    password_hash TEXT NOT NULL,
    quota         INTEGER NOT NULL,
    used          INTEGER NOT NULL DEFAULT 0,
    modseq        INTEGER NOT NULL DEFAULT 0,
    created_at    INTEGER NOT NULL,
    last_sign_in  INTEGER
);
CREATE INDEX account_domain ON account (domain_id);

-- What mail may be addressed to; `address` in lower case.
CREATE TABLE address (
    address    TEXT PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id)
) WITHOUT ROWID;
CREATE INDEX address_account ON address (account_id);

CREATE TABLE mailbox (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id  INTEGER NOT NULL REFERENCES account (id),
    role        INTEGER NOT NULL,
    name        TEXT NOT NULL,
    uidvalidity INTEGER NOT NULL,
    uidnext     INTEGER NOT NULL DEFAULT 1,
    total       INTEGER NOT NULL DEFAULT 0,
    unseen      INTEGER NOT NULL DEFAULT 0,
    bytes       INTEGER NOT NULL DEFAULT 0,
    modseq      INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account_id, role, name)
);
CREATE INDEX mailbox_role ON mailbox (role);

-- Bytes as they came, compressed: in `data`, or in the file `blobs/<file>`. Who holds one is counted in `refs`.
CREATE TABLE blob (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    hash   BLOB NOT NULL UNIQUE,
    size   INTEGER NOT NULL,
    refs   INTEGER NOT NULL,
    coding INTEGER NOT NULL,
    file   TEXT,
    data   BLOB
);

-- What a message is, for one account. `thread_id` and `msgid_hash` are the first 63 bits of BLAKE3 of a Message-ID.
CREATE TABLE message (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id     INTEGER NOT NULL REFERENCES account (id),
    blob_id        INTEGER NOT NULL,
    thread_id      INTEGER NOT NULL,
    msgid_hash     INTEGER NOT NULL,
    sent_at        INTEGER,
    has_attachment INTEGER NOT NULL,
    from_name      TEXT NOT NULL,
    from_address   TEXT NOT NULL,
    recipients     TEXT NOT NULL,
    subject        TEXT NOT NULL,
    preview        TEXT NOT NULL
);
CREATE INDEX message_msgid ON message (account_id, msgid_hash);

-- Where a message is. `uidl` is what POP3 calls it: random, unique for ever. `trashed` is true in Trash and nowhere else.
CREATE TABLE placement (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id  INTEGER NOT NULL,
    mailbox_id  INTEGER NOT NULL REFERENCES mailbox (id),
    message_id  INTEGER NOT NULL REFERENCES message (id),
    uid         INTEGER NOT NULL,
    flags       INTEGER NOT NULL,
    modseq      INTEGER NOT NULL,
    trashed     INTEGER NOT NULL,
    size        INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    placed_at   INTEGER NOT NULL,
    uidl        INTEGER NOT NULL,
    UNIQUE (mailbox_id, uid)
);
CREATE INDEX placement_page ON placement (mailbox_id, received_at, id);
CREATE INDEX placement_message ON placement (message_id);
CREATE INDEX placement_trash ON placement (placed_at) WHERE trashed = 1;

-- Uids that are gone, for a client that was away (RFC 7162 §3.2).
CREATE TABLE expunged (
    mailbox_id INTEGER NOT NULL REFERENCES mailbox (id),
    modseq     INTEGER NOT NULL,
    uid        INTEGER NOT NULL,
    PRIMARY KEY (mailbox_id, modseq, uid)
) WITHOUT ROWID;

-- What happened: to a message, or (a negative number) to one in the queue that has no copy here. Lines outlive their
-- message for the retention period of Trash (kind 7 is `destroyed`). A journey is one range of the table itself.
CREATE TABLE ledger (
    message_id INTEGER NOT NULL,
    line       INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    kind       INTEGER NOT NULL,
    by_whom    TEXT NOT NULL,
    detail     TEXT NOT NULL,
    PRIMARY KEY (message_id, line)
) WITHOUT ROWID;
CREATE INDEX ledger_ended ON ledger (at) WHERE message_id < 0 OR kind = 7;

CREATE TABLE draft (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id  INTEGER NOT NULL REFERENCES account (id),
    revision    INTEGER NOT NULL,
    recipients  TEXT NOT NULL,
    cc          TEXT NOT NULL,
    bcc         TEXT NOT NULL,
    subject     TEXT NOT NULL,
    body        TEXT NOT NULL,
    in_reply_to TEXT,
    ancestors   TEXT NOT NULL,
    answers     INTEGER,
    answer_flag INTEGER NOT NULL,
    saved_at    INTEGER NOT NULL
);
CREATE INDEX draft_page ON draft (account_id, saved_at, id);

CREATE TABLE draft_attachment (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    draft_id   INTEGER NOT NULL REFERENCES draft (id),
    blob_id    INTEGER NOT NULL,
    name       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size       INTEGER NOT NULL
);
CREATE INDEX draft_attachment_draft ON draft_attachment (draft_id);

CREATE TABLE session (
    id         BLOB PRIMARY KEY,
    account_id INTEGER REFERENCES account (id),
    data       BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX session_account ON session (account_id);
CREATE INDEX session_expiry ON session (expires_at);

-- A message on its way out. `message_id` is the sender's own copy, whose journey its fate is written in.
CREATE TABLE queue (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    blob_id    INTEGER NOT NULL,
    message_id INTEGER,
    sender     TEXT NOT NULL,
    size       INTEGER NOT NULL,
    queued_at  INTEGER NOT NULL
);

-- One recipient of it. `due_at` is `next_at`, or while a worker holds the row the end of that claim.
CREATE TABLE queue_recipient (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    queue_id    INTEGER NOT NULL REFERENCES queue (id),
    recipient   TEXT NOT NULL,
    destination TEXT NOT NULL,
    attempts    INTEGER NOT NULL DEFAULT 0,
    next_at     INTEGER NOT NULL,
    due_at      INTEGER NOT NULL,
    claimed     INTEGER NOT NULL DEFAULT 0,
    expires_at  INTEGER NOT NULL,
    last_reply  TEXT NOT NULL DEFAULT '',
    last_peer   TEXT NOT NULL DEFAULT ''
);
CREATE INDEX queue_recipient_queue ON queue_recipient (queue_id);
CREATE INDEX queue_recipient_due ON queue_recipient (due_at, destination, claimed);

-- The search index holds no text (contentless): a row's id is its message's. `owner` is one token that names the
-- account, so that a query never looks into another's mail. Chinese, Japanese and Korean come in as pairs of characters. `body`
-- stands first because a word in any other column costs two bytes more.
CREATE VIRTUAL TABLE search USING fts5 (
    body, subject, people, sender, owner,
    content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);
