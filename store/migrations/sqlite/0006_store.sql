-- What IMAP and JMAP will ask for, and what the store itself has learnt: an index that is filled behind the mail.

-- Messages up to this id are in the search index; younger ones are looked through where they lie (`search::pending`).
INSERT INTO fact (name, value) SELECT 'indexed', coalesce(max(id), 0) FROM message;

-- A mailbox made anew under an old name has a higher uidvalidity (RFC 3501 §2.3.1.1): the last one given.
INSERT INTO fact (name, value) SELECT 'uidvalidity', coalesce(max(uidvalidity), 0) FROM mailbox;

-- HIGHESTMODSEQ is positive (RFC 7162 §3.1.2.1).
UPDATE account SET modseq = 1 WHERE modseq = 0;
UPDATE mailbox SET modseq = 1 WHERE modseq = 0;

-- `name` is the whole path with `/` between (RFC 3501 §5.1), unique in its account; `parent_id` says the same for JMAP
-- (RFC 8621 §2). Of changes up to `forgotten` it is no longer known what was expunged.
ALTER TABLE mailbox ADD COLUMN parent_id INTEGER REFERENCES mailbox (id);
ALTER TABLE mailbox ADD COLUMN subscribed INTEGER NOT NULL DEFAULT 1;
ALTER TABLE mailbox ADD COLUMN sort_order INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mailbox ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0;
CREATE INDEX mailbox_parent ON mailbox (parent_id) WHERE parent_id IS NOT NULL;

-- Mailboxes that are gone, for a client that was away (RFC 8620 §5.2).
CREATE TABLE mailbox_gone (
    account_id INTEGER NOT NULL REFERENCES account (id),
    modseq     INTEGER NOT NULL,
    mailbox_id INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (account_id, modseq, mailbox_id)
) WITHOUT ROWID;

-- `keywords`: what stands beside the system flags (RFC 3501 §2.3.2, RFC 8621 §4.1.1), in lower case, a space between.
-- `made`: the account's modseq when it came, so that new and changed can be told apart (RFC 8620 §5.2).
ALTER TABLE placement ADD COLUMN keywords TEXT NOT NULL DEFAULT '';
ALTER TABLE placement ADD COLUMN made INTEGER NOT NULL DEFAULT 0;

-- What changed since: of an account, and of a mailbox as a part of it. One index for both, for each delivery writes it.
CREATE INDEX placement_changed ON placement (account_id, modseq, mailbox_id);
-- A thread is its first message, found by its Message-ID, and these.
CREATE INDEX message_thread ON message (account_id, thread_id) WHERE thread_id <> msgid_hash;

-- A uid that is gone, the placement it was, and when.
ALTER TABLE expunged ADD COLUMN placement_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE expunged ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
UPDATE expunged SET at = CAST(unixepoch() AS INTEGER) * 1000;
CREATE INDEX expunged_at ON expunged (at);
