-- erasures: who was erased, kept so that nobody can be brought back
-- asked (hidden from readers) → filtered (out of tables and the build) → done (out of every file).
-- `erasing` holds subjects only until their erasure is done; what stays are digests, counts and totals.
create table if not exists erasure (
    number integer primary key autoincrement,
    asked_at integer not null,
    asked_by text not null,
    receipt_digest blob not null,
    state text not null check (state in ('asked', 'filtered', 'done')),
    filtered_at integer not null default 0,
    done_at integer not null default 0,
    receipt text not null default ''
) strict;

create table if not exists erasing (
    erasure integer not null references erasure (number),
    subject blob not null,
    primary key (erasure, subject)
) strict, without rowid;

create table if not exists erasure_count (
    erasure integer not null references erasure (number),
    place text not null,
    rows integer not null,
    primary key (erasure, place)
) strict, without rowid;

create table if not exists erased_subject (
    digest blob primary key,
    until integer not null
) strict, without rowid;

create table if not exists erased_event (
    digest blob primary key
) strict, without rowid;

create table if not exists erased_total (
    period text not null,
    channel text not null,
    function text not null,
    events integer not null,
    primary key (period, channel, function)
) strict, without rowid;

create table if not exists absence (
    at integer primary key,
    proof text not null
) strict;
