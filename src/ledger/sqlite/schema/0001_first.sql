-- Version 1 of the ledger. Later versions are further numbered files; this one never changes.

CREATE TABLE ledger (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    incident TEXT NOT NULL
) STRICT;

-- A number is allotted once and never used again: rows are never changed and never removed.
CREATE TABLE piece (
    number INTEGER PRIMARY KEY AUTOINCREMENT CHECK (number BETWEEN 1 AND 9999999),
    person TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE job (
    ordinal INTEGER PRIMARY KEY CHECK (ordinal > 0),
    digest  TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE event (
    ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
    moment  TEXT,
    kind    TEXT NOT NULL,
    piece   INTEGER REFERENCES piece (number),
    attempt INTEGER NOT NULL,
    job     INTEGER NOT NULL,
    detail  TEXT NOT NULL
) STRICT;

CREATE INDEX event_of_piece ON event (piece) WHERE piece IS NOT NULL;

-- The latest standing only: each job replaces it as a whole.
CREATE TABLE standing_source (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    job    INTEGER NOT NULL,
    rows   INTEGER NOT NULL,
    merged INTEGER NOT NULL
) STRICT;

CREATE TABLE standing (
    ordinal     INTEGER PRIMARY KEY,
    record      TEXT NOT NULL,
    person      TEXT NOT NULL,
    piece       INTEGER,
    disposition TEXT NOT NULL,
    reason      TEXT NOT NULL
) STRICT;

CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER event_is_never_removed BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'events are never removed'); END;
CREATE TRIGGER piece_is_never_changed BEFORE UPDATE ON piece
BEGIN SELECT RAISE(ABORT, 'pieces are never changed'); END;
CREATE TRIGGER piece_is_never_removed BEFORE DELETE ON piece
BEGIN SELECT RAISE(ABORT, 'pieces are never removed'); END;
CREATE TRIGGER job_is_never_changed BEFORE UPDATE ON job
BEGIN SELECT RAISE(ABORT, 'jobs are never changed'); END;
CREATE TRIGGER job_is_never_removed BEFORE DELETE ON job
BEGIN SELECT RAISE(ABORT, 'jobs are never removed'); END;
CREATE TRIGGER ledger_is_never_changed BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'a ledger keeps its incident'); END;
CREATE TRIGGER ledger_is_never_removed BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'a ledger keeps its incident'); END;
