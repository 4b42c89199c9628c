-- Written in SQLite's words; for PostgreSQL the types are replaced (see src/schema.rs).
-- No table is WITHOUT ROWID: most keys are hashes, and whole rows spread over the file by their hash cost a third of the commits.
-- Searched columns are real, the rest of a row is one JSON body. Times are microseconds since the Unix epoch.

CREATE TABLE account (
    account_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    root_email_key TEXT NOT NULL,
    alias TEXT,
    body TEXT NOT NULL,
    CONSTRAINT account_pkey PRIMARY KEY (account_id)
) STRICT;

CREATE TABLE iam_user (
    account_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    name_key TEXT NOT NULL,
    email_key TEXT,
    administrator INTEGER NOT NULL,
    body TEXT NOT NULL,
    -- Uniqueness of the name first: SQLite tells of the last one that is hurt, PostgreSQL of the primary key.
    CONSTRAINT iam_user_name UNIQUE (account_id, name_key),
    CONSTRAINT iam_user_pkey PRIMARY KEY (account_id, user_id)
) STRICT;

CREATE INDEX iam_user_email ON iam_user (email_key) WHERE email_key IS NOT NULL;

CREATE INDEX iam_user_administrator ON iam_user (account_id, name_key) WHERE administrator = 1;

CREATE TABLE builder (
    builder_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    email_key TEXT NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT builder_pkey PRIMARY KEY (builder_id)
) STRICT;

CREATE TABLE session (
    token BLOB NOT NULL,
    version INTEGER NOT NULL,
    owner TEXT NOT NULL,
    last_seen INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT session_pkey PRIMARY KEY (token)
) STRICT;

-- last_seen is in no index, so that a touch rewrites one row and nothing else.
CREATE INDEX session_owner ON session (owner);

CREATE INDEX session_expires ON session (expires);

CREATE TABLE recovery_case (
    case_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT recovery_case_pkey PRIMARY KEY (case_id)
) STRICT;

CREATE INDEX recovery_case_expires ON recovery_case (expires);

CREATE TABLE help_request (
    account_id TEXT NOT NULL,
    help_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    user_id TEXT NOT NULL,
    created INTEGER NOT NULL,
    is_open INTEGER NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT help_request_pkey PRIMARY KEY (account_id, help_id)
) STRICT;

CREATE INDEX help_request_created ON help_request (account_id, created, help_id);

CREATE INDEX help_request_open ON help_request (account_id, user_id) WHERE is_open = 1;

CREATE TABLE tries (
    tries_key TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT tries_pkey PRIMARY KEY (tries_key)
) STRICT;

CREATE INDEX tries_expires ON tries (expires);

-- What is unique in the whole installation, keyed by the claimed value, so that no unique index crosses shards.
CREATE TABLE claim (
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    owner TEXT NOT NULL,
    CONSTRAINT claim_pkey PRIMARY KEY (kind, value)
) STRICT;

-- One row.
CREATE TABLE settings (
    settings_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT settings_pkey PRIMARY KEY (settings_id)
) STRICT;

CREATE TABLE job (
    job_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    due INTEGER NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT job_pkey PRIMARY KEY (job_id)
) STRICT;

CREATE INDEX job_due ON job (due, job_id) WHERE state = 'waiting';

-- account_id is '' for the installation's own events.
CREATE TABLE audit_event (
    account_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT audit_event_pkey PRIMARY KEY (account_id, at, event_id)
) STRICT;

-- Which rows a commit wrote, for the caches of other nodes. One process on SQLite has no other nodes and leaves it empty.
CREATE TABLE changes (
    at INTEGER NOT NULL,
    row_keys TEXT NOT NULL,
    CONSTRAINT changes_pkey PRIMARY KEY (at, row_keys)
) STRICT;
