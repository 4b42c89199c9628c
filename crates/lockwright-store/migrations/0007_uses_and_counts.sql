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

INSERT INTO account_count (account_id, kind, used) SELECT account_id, kind, count(*) FROM iam_resource GROUP BY account_id, kind;
INSERT INTO account_count (account_id, kind, used) SELECT account_id, 'user', count(*) FROM iam_user GROUP BY account_id;
