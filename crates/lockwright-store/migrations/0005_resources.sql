-- Groups, policies and roles of an account, and who belongs to which.

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
