-- Version 1 of the ledger on PostgreSQL. Later versions are further numbered files; this one never changes.
-- No name is qualified: the connection's search_path says in which schema a ledger lies, and each schema holds one.

-- The column bears the program's name, so that another program's table of versions is not taken for a ledger.
CREATE TABLE schema_version (
    breachnotice integer     PRIMARY KEY,
    applied      timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE ledger (
    id       integer PRIMARY KEY CHECK (id = 1),
    incident text    NOT NULL
);

-- A number is allotted once and never used again: rows are never changed and never removed.
CREATE TABLE piece (
    number integer          PRIMARY KEY CHECK (number BETWEEN 1 AND 9999999),
    person text COLLATE "C" NOT NULL UNIQUE
);

-- Who bears a number, in digests, so that an id that is given to somebody else is told from one that was corrected.
CREATE TABLE bearer (
    piece integer PRIMARY KEY REFERENCES piece (number),
    marks bytea   NOT NULL CHECK (octet_length(marks) = 24)
);

-- Keys under which the person of a piece came later.
CREATE TABLE alias (
    person text COLLATE "C" PRIMARY KEY,
    piece  integer          NOT NULL REFERENCES piece (number)
);

-- Codes from a pool, in digests: whose each is, for ever; of several, the last is the one in use.
CREATE TABLE code (
    ordinal bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    piece   integer NOT NULL REFERENCES piece (number),
    digest  bytea   NOT NULL CHECK (octet_length(digest) = 16)
);

CREATE TABLE job (
    ordinal integer          PRIMARY KEY CHECK (ordinal > 0),
    digest  text COLLATE "C" NOT NULL UNIQUE
);

-- What a worker commits at once is a link of its chain. Over all workers ids are in the order in which links were begun.
CREATE SEQUENCE link_id;
CREATE TABLE link (
    id     bigint           PRIMARY KEY CHECK (id > 0),
    worker text COLLATE "C" NOT NULL,
    number bigint           NOT NULL CHECK (number > 0),
    moment text,
    events bigint           NOT NULL,
    digest bytea            NOT NULL CHECK (octet_length(digest) = 32),
    UNIQUE (worker, number)
);

-- Where each chain ends. Whoever lengthens a chain holds its row until the commit; before the first link the number is 0.
CREATE TABLE worker (
    name   text COLLATE "C" PRIMARY KEY,
    id     bigint           NOT NULL DEFAULT 0,
    number bigint           NOT NULL DEFAULT 0,
    moment text,
    events bigint           NOT NULL DEFAULT 0,
    digest bytea            NOT NULL DEFAULT ''
);

-- The ordinal is the link's id and, in the low 16 bits, the place in the link.
CREATE TABLE event (
    ordinal bigint  PRIMARY KEY,
    kind    text    NOT NULL,
    piece   integer REFERENCES piece (number),
    attempt bigint  NOT NULL,
    job     bigint  NOT NULL,
    detail  text    NOT NULL,
    digest  bytea CHECK (octet_length(digest) = 32),
    mark    bigint  NOT NULL
);

CREATE INDEX event_of_piece ON event (piece, ordinal DESC) INCLUDE (kind) WHERE piece IS NOT NULL;

-- Events of the incident are few.
CREATE INDEX event_of_incident ON event (kind, digest) WHERE piece IS NULL;

-- The state of a piece is its latest event.
CREATE VIEW state AS
    SELECT DISTINCT ON (piece) piece, ordinal, kind FROM event WHERE piece IS NOT NULL ORDER BY piece, ordinal DESC;

-- The fence of leases. Rows change often and live short: room for that, and early cleaning.
CREATE SEQUENCE lease_token;
CREATE TABLE outbox (
    piece   integer PRIMARY KEY,
    attempt bigint  NOT NULL,
    due     bigint  NOT NULL,
    sender  bigint,
    token   bigint  NOT NULL DEFAULT 0,
    until   bigint,
    begun   boolean NOT NULL DEFAULT false
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);

CREATE INDEX outbox_by_due ON outbox (due, piece) WHERE NOT begun;
CREATE INDEX outbox_begun ON outbox (until) WHERE begun;
CREATE INDEX outbox_of_sender ON outbox (sender) WHERE sender IS NOT NULL;

-- The latest standing only: each job replaces it as a whole.
CREATE TABLE standing_source (
    id     integer PRIMARY KEY CHECK (id = 1),
    job    bigint  NOT NULL,
    rows   bigint  NOT NULL,
    merged bigint  NOT NULL
);

CREATE TABLE standing (
    record      text NOT NULL,
    person      text NOT NULL,
    provider    text NOT NULL,
    piece       integer,
    disposition text NOT NULL,
    reason      text NOT NULL
);

CREATE INDEX standing_of_piece ON standing (piece) WHERE piece IS NOT NULL;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the rows of % are never changed and never removed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER event_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER link_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON link FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER piece_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON piece FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER alias_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON alias FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER code_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON code FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER job_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON job FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
