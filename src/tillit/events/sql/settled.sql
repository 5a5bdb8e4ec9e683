-- settled: one row per suspect whose row is not refused: its id, and what becomes of it
-- reads:       suspects, refused
-- It is kept, a duplicate, a conflict (with the event of the row that is named too) or a further line.
-- Derived ids are equal for equal rows of a file: those after the first get their number, so that a file read again
-- gives the same ids. Further lines of an order follow the first one. Of events that then still share an id the first
-- stays; the others say the same (duplicate) or something else (conflict), by the columns that known.sql compares.
with numbered as (
    select
        *,
        row_number() over (partition by file, event_id order by origin_row, rule) as nth
    from suspects
),
named as (
    select
        *,
        case when kind = 'derived' and nth > 1 then event_id || '-' || cast(nth as varchar) else event_id end as own_id,
        kind = 'once' and nth > 1 as is_further
    from numbered
),
placed as (
    select
        *,
        row_number() over (partition by source, own_id, is_further order by file, origin_row, rule) as standing
    from named as n
    where not exists (select 1 from refused as r where r.file = n.file and r.origin_row = n.origin_row)
)
select
    p.file,
    p.rule,
    p.origin_row,
    p.own_id as event_id,
    f.file as first_file,
    f.origin_row as first_row,
    case
        when p.is_further then 'further'
        when p.standing = 1 then 'kept'
        when
            p.occurred_at = f.occurred_at
            and p.subject = f.subject
            and p.subject_kind = f.subject_kind
            and p.activity = f.activity
            and p.amount_minor is not distinct from f.amount_minor
            and p.currency is not distinct from f.currency
            and p.object is not distinct from f.object
            and p.properties is not distinct from f.properties
            then 'duplicate'
        else 'conflict'
    end as outcome
from placed as p
left join placed as f
    on p.source = f.source
    and p.own_id = f.own_id
    and f.standing = 1
    and not f.is_further
order by p.file, p.rule, p.origin_row
