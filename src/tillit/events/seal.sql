create table if not exists seal (
    state text primary key check (state in ('intent', 'sealed')),
    lo integer not null,
    hi integer not null,
    rows integer not null default 0
) strict, without rowid;
