-- When each access key was last used: beside the row of its owner, so that a use is no change of it.

CREATE TABLE access_key_use (
    access_key_id TEXT NOT NULL,
    last_used INTEGER NOT NULL,
    service TEXT NOT NULL,
    region TEXT NOT NULL,
    CONSTRAINT access_key_use_pkey PRIMARY KEY (access_key_id)
) STRICT;
