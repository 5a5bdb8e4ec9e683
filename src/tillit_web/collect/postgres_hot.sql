create schema if not exists tillit;

create table if not exists tillit.owner (
    id bytea primary key
);

create table if not exists tillit.hot (
    id bigint generated always as identity primary key,
    event bytea not null,
    contacts bytea not null
);

create table if not exists tillit.seen (
    digest bytea primary key,
    content bytea not null
);

create table if not exists tillit.hour (
    hour bigint not null,
    key_id bigint not null,
    received bigint not null,
    accepted bigint not null,
    duplicate bigint not null,
    rejected bigint not null,
    primary key (hour, key_id)
);

create table if not exists tillit.failed (
    id bigint generated always as identity primary key,
    received_at bigint not null,
    key_id bigint not null,
    code text collate "C" not null,
    reason text not null,
    raw bytea not null
);

create table if not exists tillit.alarm (
    code text collate "C" not null,
    detail text collate "C" not null,
    times bigint not null,
    first_at bigint not null,
    last_at bigint not null,
    primary key (code, detail)
);
