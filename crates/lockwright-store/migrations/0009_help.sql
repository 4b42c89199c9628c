-- Requests to the operators, and what people said of the help centre's articles.

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
