create table if not exists hot (
    id integer primary key autoincrement,
    event blob not null,
    contacts blob not null
) strict;

create table if not exists seen (
    digest blob primary key,
    content blob not null
) strict, without rowid;

create table if not exists hour (
    hour integer not null,
    key_id integer not null,
    received integer not null,
    accepted integer not null,
    duplicate integer not null,
    rejected integer not null,
    primary key (hour, key_id)
) strict, without rowid;

create table if not exists failed (
    id integer primary key autoincrement,
    received_at integer not null,
    key_id integer not null,
    code text not null,
    reason text not null,
    raw blob not null
) strict;

create table if not exists alarm (
    code text not null,
    detail text not null,
    times integer not null,
    first_at integer not null,
    last_at integer not null,
    primary key (code, detail)
) strict, without rowid;
