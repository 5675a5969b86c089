-- Reports (RFC 7489 §7.2, RFC 8460). What is counted is counted by the period that one report is about; `begins` is its
-- first moment in Unix milliseconds.

DROP TABLE tls_outcome;

CREATE TABLE tls_outcome (
    begins   INTEGER NOT NULL,
    domain   TEXT NOT NULL,
    policy   INTEGER NOT NULL,
    -- As RFC 8460 §4.3 names it; empty for success.
    failure  TEXT NOT NULL,
    host     TEXT NOT NULL,
    sessions INTEGER NOT NULL,
    PRIMARY KEY (begins, domain, policy, failure, host)
) WITHOUT ROWID;

CREATE TABLE dmarc_outcome (
    begins        INTEGER NOT NULL,
    -- Whose record it was.
    domain        TEXT NOT NULL,
    source        TEXT NOT NULL,
    header_from   TEXT NOT NULL,
    envelope_from TEXT NOT NULL,
    -- 0 none, 1 quarantine, 2 reject.
    disposition   INTEGER NOT NULL,
    -- What was found, as verdicts hold it.
    findings      TEXT NOT NULL,
    messages      INTEGER NOT NULL,
    PRIMARY KEY (begins, domain, source, header_from, envelope_from, disposition, findings)
) WITHOUT ROWID;

-- What others told of mail in our domains' names, and of mail sent to them.
CREATE TABLE report (
    id          INTEGER PRIMARY KEY,
    -- 0 DMARC, 1 TLS.
    kind        INTEGER NOT NULL,
    domain      TEXT NOT NULL,
    -- Who tells, in their own words, and the domain that was proved to have sent it.
    reporter    TEXT NOT NULL,
    proved      TEXT NOT NULL,
    report_id   TEXT NOT NULL,
    begins      INTEGER NOT NULL,
    ends        INTEGER NOT NULL,
    passed      INTEGER NOT NULL,
    failed      INTEGER NOT NULL,
    -- JSON, a bounded number of lines.
    lines       TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    UNIQUE (kind, domain, reporter, report_id)
);
CREATE INDEX report_domain ON report (domain, id);
CREATE INDEX report_received ON report (received_at);
