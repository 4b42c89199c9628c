-- Ceremonies, operators and other systems; whom a case is about, and the code by which operators find it.

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

ALTER TABLE recovery_case ADD COLUMN subject TEXT;

ALTER TABLE recovery_case ADD COLUMN caller_code TEXT;

CREATE INDEX recovery_case_subject ON recovery_case (subject) WHERE subject IS NOT NULL;

CREATE INDEX recovery_case_caller_code ON recovery_case (caller_code) WHERE caller_code IS NOT NULL;
