-- decisions: what must hold for every entry of the ledger "decision", and what it is found by
-- the tables of the ledger itself are in ledger.sql
create table if not exists decision_found (
    number integer primary key references decision_entry (number),
    id text not null check (length(id) between 1 and 64),
    customer text not null,
    at integer not null
) strict;

create unique index if not exists decision_once on decision_found (id) where customer <> '';

create index if not exists decision_by_customer on decision_found (customer);

create table if not exists decision_policy (
    version integer primary key check (version >= 1),
    at integer not null,
    text text not null
) strict;

-- for the audit of fairness alone: facts that the asker stated of a meeting, none inferred, none in a decision's body
create table if not exists decision_group (
    id text not null,
    name text not null check (name in ('language', 'channel', 'country', 'region')),
    value text not null check (length(value) between 1 and 32),
    primary key (id, name)
) strict, without rowid;

-- the lot of those who stay on an earlier table: the side that an identifier is on from its first decision there on
create table if not exists decision_lot (
    name text not null,
    customer text not null,
    experiment text not null,
    drawn_at integer not null,
    kind text,
    number integer references decision_entry (number),
    is_told integer not null default 0 check (is_told in (0, 1)),
    primary key (name, customer)
) strict;

create index if not exists decision_lot_untold on decision_lot (number) where not is_told;

create index if not exists decision_lot_by_customer on decision_lot (customer);

create trigger if not exists decision_policy_stays before update on decision_policy
begin select raise(abort, 'a policy is never changed: save a new version'); end;

create trigger if not exists decision_policy_is_kept before delete on decision_policy
begin select raise(abort, 'a policy is kept: decisions are decided again from it'); end;

create trigger if not exists decision_found_stays before update on decision_found
begin select raise(abort, 'what was decided does not change'); end;

create trigger if not exists decision_found_is_kept before delete on decision_found
when not exists (select 1 from decision_erased where number = old.number)
begin select raise(abort, 'a decision is found until its body is erased on record'); end;

create trigger if not exists decision_is_sound before insert on decision_body
when (select type from decision_entry where number = new.number) = 'decided'
begin
    select raise(abort, 'the propensities of a decision must sum to 1')
    where (
        select count(*) = 0 or abs(sum(o.value ->> 'propensity') - 1) > 1e-9
        from json_each(cast(new.content as text), '$.options') as o
    );

    select raise(abort, 'a propensity lies in [0, 1] and not below its floor')
    where exists (
        select 1
        from json_each(cast(new.content as text), '$.options') as o
        where not coalesce(o.value ->> 'propensity' between 0 and 1, 0)
            or not coalesce(o.value ->> 'propensity' >= o.value ->> 'floor', 0)
    );

    select raise(abort, 'what was assigned must be an option that could be drawn')
    where not exists (
        select 1
        from json_each(cast(new.content as text), '$.options') as o
        where o.value ->> 'action' = cast(new.content as text) ->> '$.action'
            and o.value ->> 'skill' is cast(new.content as text) ->> '$.skill'
            and o.value ->> 'propensity' > 0
    );

    select raise(abort, 'where a person is due no machine is an option')
    where json_array_length(cast(new.content as text), '$.guardrails') > 0
        and exists (
            select 1
            from json_each(cast(new.content as text), '$.options') as o
            where o.value ->> 'skill' is null
        );

    select raise(abort, 'a value was known only after the decision')
    where exists (
        select 1
        from json_each(cast(new.content as text), '$.moment.known_at') as k
        where k.value > cast(new.content as text) ->> '$.moment.at'
    );

    select raise(abort, 'a draw lies in [0, 1)')
    where not coalesce(cast(new.content as text) ->> '$.draw' >= 0 and cast(new.content as text) ->> '$.draw' < 1, 0);

    select raise(abort, 'a skill is written in small letters; people have no place in the log')
    where exists (
        select 1
        from json_each(cast(new.content as text), '$.options') as o
        where o.value ->> 'skill' glob '*[^a-z_]*'
    );

    select raise(abort, 'a decision has no such part')
    where exists (
        select 1
        from json_each(cast(new.content as text)) as part
        where part.key not in (
            'id', 'moment', 'policy_version', 'stakes', 'way', 'guardrails', 'options', 'draw', 'action', 'skill',
            'promised_at', 'to_person', 'to_person_at', 'desk', 'consent_row', 'experiment', 'weighed',
            'slots'
        )
    );

    select raise(abort, 'a decision names a policy that is kept')
    where not exists (
        select 1 from decision_policy where version = cast(new.content as text) ->> '$.policy_version'
    );
end;

create trigger if not exists what_followed_is_sound before insert on decision_body
when (select type from decision_entry where number = new.number) in ('delivered', 'outcome')
begin
    select raise(abort, 'what followed a decision has no such part')
    where exists (
        select 1
        from json_each(cast(new.content as text)) as part
        where part.key not in (
            'decision', 'action', 'skill', 'by', 'good', 'value_minor', 'complaint', 'reached_person_anyway', 'minutes',
            'matured_at', 'waited_seconds'
        )
    );

    select raise(abort, 'what followed belongs to a decision that was made')
    where not exists (
        select 1 from decision_found where id = cast(new.content as text) ->> '$.decision' and customer <> ''
    );

    select raise(abort, 'a skill is written in small letters; people have no place in the log')
    where cast(new.content as text) ->> '$.skill' glob '*[^a-z_]*';
end;
