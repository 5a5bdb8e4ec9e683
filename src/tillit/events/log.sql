-- log: the state of the event log, one row per import, segment and build
-- Only the holder of the write lock changes it, readers take what is 'live' and 'current'.
create table import (
    number integer primary key autoincrement,
    id text not null unique,
    state text not null check (state in ('publishing', 'done', 'undone')),
    events integer not null default 0,
    duplicate_events integer not null default 0,
    conflict_events integer not null default 0,
    duplicate_rows integer not null default 0,
    conflict_rows integer not null default 0,
    recovered_events integer not null default 0
) strict;

create table segment (
    id integer primary key autoincrement,
    kind text not null check (kind in ('events', 'links', 'held-events', 'held-links')),
    state text not null check (state in ('writing', 'live', 'withdrawn')),
    import_id text not null references import (id),
    rows integer not null default 0,
    sha256 text not null default ''
) strict;

create table build (
    number integer primary key autoincrement,
    state text not null check (state in ('making', 'current', 'kept')),
    base integer references build (number),
    made_at integer not null default 0
) strict;

create table build_segment (
    build integer not null references build (number) on delete cascade,
    segment integer not null references segment (id),
    primary key (build, segment)
) strict, without rowid;

create unique index one_current_build on build (state) where state = 'current';
