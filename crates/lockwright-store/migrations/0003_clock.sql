-- The floor under the clock, one row; and claims that are only kept from others for a while.

CREATE TABLE clock_floor (
    clock_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    CONSTRAINT clock_floor_pkey PRIMARY KEY (clock_id)
) STRICT;

INSERT INTO clock_floor (clock_id, at, accepted) VALUES (1, 0, 0);

ALTER TABLE claim ADD COLUMN expires INTEGER;

CREATE INDEX claim_expires ON claim (expires) WHERE expires IS NOT NULL;
