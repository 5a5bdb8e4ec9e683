-- identity_decision: one row per decision of a person about an identifier or a link; rows are only ever added
-- Beside the log's own tables, so that whoever restores the log has them too. `other` is null for an identifier.
create table if not exists identity_decision (
    number integer primary key autoincrement,
    decided_at integer not null,
    by text not null,
    verdict text not null check (verdict in ('joined', 'apart', 'staff', 'kiosk', 'rules')),
    subject blob not null check (length(subject) = 16),
    other blob check (length(other) = 16 and subject < other),
    why text not null
) strict
