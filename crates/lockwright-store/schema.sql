-- What the migrations come to, in SQLite's words. Written by hand beside each migration; a test holds it against them.

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

CREATE INDEX session_owner ON session (owner);

CREATE INDEX session_expires ON session (expires);

CREATE TABLE recovery_case (
    case_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    body TEXT NOT NULL,
    subject TEXT,
    caller_code TEXT,
    CONSTRAINT recovery_case_pkey PRIMARY KEY (case_id)
) STRICT;

CREATE INDEX recovery_case_expires ON recovery_case (expires);

CREATE INDEX recovery_case_subject ON recovery_case (subject) WHERE subject IS NOT NULL;

CREATE INDEX recovery_case_caller_code ON recovery_case (caller_code) WHERE caller_code IS NOT NULL;

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

CREATE TABLE claim (
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    owner TEXT NOT NULL,
    expires INTEGER,
    CONSTRAINT claim_pkey PRIMARY KEY (kind, value)
) STRICT;

CREATE INDEX claim_expires ON claim (expires) WHERE expires IS NOT NULL;

CREATE TABLE access_key_use (
    access_key_id TEXT NOT NULL,
    last_used INTEGER NOT NULL,
    service TEXT NOT NULL,
    region TEXT NOT NULL,
    CONSTRAINT access_key_use_pkey PRIMARY KEY (access_key_id)
) STRICT;

CREATE TABLE clock_floor (
    clock_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    CONSTRAINT clock_floor_pkey PRIMARY KEY (clock_id)
) STRICT;

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

CREATE TABLE audit_event (
    account_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    chooser TEXT,
    CONSTRAINT audit_event_pkey PRIMARY KEY (account_id, at, event_id)
) STRICT;

CREATE INDEX audit_event_chooser ON audit_event (account_id, chooser, at, event_id) WHERE chooser IS NOT NULL;

CREATE TABLE changes (
    at INTEGER NOT NULL,
    row_keys TEXT NOT NULL,
    CONSTRAINT changes_pkey PRIMARY KEY (at, row_keys)
) STRICT;

CREATE TABLE ceremony (
    token BLOB NOT NULL,
    version INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT ceremony_pkey PRIMARY KEY (token)
) STRICT;

CREATE INDEX ceremony_expires ON ceremony (expires);

CREATE TABLE operator (
    operator_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    email_key TEXT NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT operator_pkey PRIMARY KEY (operator_id)
) STRICT;

CREATE TABLE linked_system (
    system_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT linked_system_pkey PRIMARY KEY (system_id)
) STRICT;

CREATE TABLE iam_resource (
    account_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    name_key TEXT NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT iam_resource_name UNIQUE (account_id, kind, name_key),
    CONSTRAINT iam_resource_pkey PRIMARY KEY (account_id, kind, resource_id)
) STRICT;

-- From what is held to who holds it. A row that others hold can't go: a policy of AWS, which is no row, has NULL there.
CREATE TABLE iam_link (
    account_id TEXT NOT NULL,
    target TEXT NOT NULL,
    link TEXT NOT NULL,
    holder TEXT NOT NULL,
    kind TEXT,
    resource_id TEXT,
    CONSTRAINT iam_link_pkey PRIMARY KEY (account_id, target, link, holder),
    CONSTRAINT iam_link_to FOREIGN KEY (account_id, kind, resource_id) REFERENCES iam_resource (account_id, kind, resource_id)
) STRICT;

CREATE INDEX iam_link_to ON iam_link (account_id, kind, resource_id) WHERE resource_id IS NOT NULL;

CREATE TABLE user_credential (
    account_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    credential_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    owner TEXT NOT NULL,
    name_key TEXT,
    body TEXT NOT NULL,
    CONSTRAINT user_credential_name UNIQUE (account_id, kind, name_key),
    CONSTRAINT user_credential_pkey PRIMARY KEY (account_id, kind, credential_id)
) STRICT;

CREATE INDEX user_credential_owner ON user_credential (account_id, owner);

CREATE TABLE support_request (
    support_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    created INTEGER NOT NULL,
    ended INTEGER,
    body TEXT NOT NULL,
    CONSTRAINT support_request_pkey PRIMARY KEY (support_id)
) STRICT;

CREATE INDEX support_request_open ON support_request (created, support_id) WHERE ended IS NULL;

CREATE INDEX support_request_ended ON support_request (ended, support_id) WHERE ended IS NOT NULL;

CREATE TABLE article_rating (
    article TEXT NOT NULL,
    edition INTEGER NOT NULL,
    helped INTEGER NOT NULL,
    not_helped INTEGER NOT NULL,
    CONSTRAINT article_rating_pkey PRIMARY KEY (article, edition)
) STRICT;

-- When each principal last tried each action, to 15 minutes: beside the principal's row, so that a call is no change of it.
CREATE TABLE principal_use (
    account_id TEXT NOT NULL,
    principal_id TEXT NOT NULL,
    action TEXT NOT NULL,
    last_used INTEGER NOT NULL,
    region TEXT NOT NULL,
    CONSTRAINT principal_use_pkey PRIMARY KEY (account_id, principal_id, action)
) STRICT;

CREATE INDEX principal_use_time ON principal_use (last_used);

-- Reports on last uses that were asked for: what of, and by whom. They are read from principal_use when they are fetched.
CREATE TABLE use_report (
    account_id TEXT NOT NULL,
    report_id TEXT NOT NULL,
    created INTEGER NOT NULL,
    body TEXT NOT NULL,
    CONSTRAINT use_report_pkey PRIMARY KEY (account_id, report_id)
) STRICT;

CREATE INDEX use_report_time ON use_report (created);

-- How many users an account has, and how many resources of each kind: raised and lowered with their rows, and never above the quota.
CREATE TABLE account_count (
    account_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    used INTEGER NOT NULL,
    CONSTRAINT account_count_pkey PRIMARY KEY (account_id, kind)
) STRICT;
