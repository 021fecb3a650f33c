-- Version 3: events in chains of digests, the outbox, and each person's provider. The events of before become the first link.

ALTER TABLE event RENAME TO event_of_before;
DROP INDEX event_of_piece;

-- What a worker commits at once is a link of its chain.
CREATE TABLE link (
    id     INTEGER PRIMARY KEY CHECK (id > 0),
    worker TEXT    NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    moment TEXT,
    events INTEGER NOT NULL,
    digest BLOB    NOT NULL CHECK (length(digest) = 32),
    UNIQUE (worker, number)
) STRICT;

-- The ordinal is the link's id and, in the low 16 bits, the place in the link.
CREATE TABLE event (
    ordinal INTEGER PRIMARY KEY,
    kind    TEXT    NOT NULL,
    piece   INTEGER REFERENCES piece (number),
    attempt INTEGER NOT NULL,
    job     INTEGER NOT NULL,
    detail  TEXT    NOT NULL,
    digest  BLOB CHECK (length(digest) = 32),
    mark    INTEGER NOT NULL
) STRICT;

CREATE INDEX event_of_piece ON event (piece, ordinal, kind) WHERE piece IS NOT NULL;

-- Events of the incident are few.
CREATE INDEX event_of_incident ON event (kind, digest) WHERE piece IS NULL;

-- The state of a piece is its latest event. (A bare column beside max() is that of the row with the maximum.)
CREATE VIEW state AS
    SELECT piece, max(ordinal) AS ordinal, kind FROM event WHERE piece IS NOT NULL GROUP BY piece;

CREATE TABLE outbox (
    piece   INTEGER PRIMARY KEY REFERENCES piece (number),
    attempt INTEGER NOT NULL,
    due     INTEGER NOT NULL,
    sender  INTEGER,
    token   INTEGER NOT NULL DEFAULT 0,
    until   INTEGER,
    begun   INTEGER NOT NULL DEFAULT 0 CHECK (begun IN (0, 1))
) STRICT;

CREATE INDEX outbox_by_due ON outbox (due, piece);

-- The last token that was given with a lease.
CREATE TABLE token (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    last INTEGER NOT NULL
) STRICT;
INSERT INTO token (id, last) VALUES (1, 0);

ALTER TABLE standing ADD COLUMN provider TEXT NOT NULL DEFAULT '';
CREATE INDEX standing_of_piece ON standing (piece) WHERE piece IS NOT NULL;

CREATE TRIGGER link_is_never_changed BEFORE UPDATE ON link
BEGIN SELECT RAISE(ABORT, 'links are never changed'); END;
CREATE TRIGGER link_is_never_removed BEFORE DELETE ON link
BEGIN SELECT RAISE(ABORT, 'links are never removed'); END;
CREATE TRIGGER event_is_final BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER event_is_kept BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'events are never removed'); END;
