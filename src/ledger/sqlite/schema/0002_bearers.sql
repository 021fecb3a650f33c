-- Version 2: who bears a number, in digests, so that an id that is given to somebody else is told from one that was corrected.

CREATE TABLE bearer (
    piece INTEGER PRIMARY KEY REFERENCES piece (number),
    marks BLOB NOT NULL CHECK (length(marks) = 24)
) STRICT;

-- Keys under which the person of a piece came later.
CREATE TABLE alias (
    person TEXT PRIMARY KEY,
    piece  INTEGER NOT NULL REFERENCES piece (number)
) STRICT;

-- Codes from a pool, in digests: whose each is, for ever; of several, the last is the one in use.
CREATE TABLE code (
    ordinal INTEGER PRIMARY KEY,
    piece   INTEGER NOT NULL REFERENCES piece (number),
    digest  BLOB NOT NULL CHECK (length(digest) = 16)
) STRICT;

CREATE TRIGGER alias_is_never_changed BEFORE UPDATE ON alias
BEGIN SELECT RAISE(ABORT, 'aliases are never changed'); END;
CREATE TRIGGER alias_is_never_removed BEFORE DELETE ON alias
BEGIN SELECT RAISE(ABORT, 'aliases are never removed'); END;
CREATE TRIGGER code_is_never_changed BEFORE UPDATE ON code
BEGIN SELECT RAISE(ABORT, 'codes stay whose they are'); END;
CREATE TRIGGER code_is_never_removed BEFORE DELETE ON code
BEGIN SELECT RAISE(ABORT, 'codes are never removed'); END;
