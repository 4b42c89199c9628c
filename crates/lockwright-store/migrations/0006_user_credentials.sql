-- What users prove themselves with towards other services: SSH public keys, signing certificates, service-specific credentials.

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
