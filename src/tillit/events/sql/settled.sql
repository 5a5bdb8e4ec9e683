-- settled: one row per suspect that does not stay as it is, of rows not refused: its id, and what becomes of it
-- reads:       suspects, refused
-- It is kept under another id, a duplicate, a conflict (with the event of the row that is named) or a further line.
-- Derived ids are equal for equal rows of a file: those after the first get their number, so that a file read again
-- gives the same ids. Further lines of an order follow the first one. Of events that then still share an id the first
-- stays; the others say the same (duplicate) or something else (conflict).
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
        n.*,
        row_number() over one_id as standing,
        first_value(n.said) over one_id as first_said,
        first_value(n.file) over one_id as first_file,
        first_value(n.origin_row) over one_id as first_row
    from named as n
    where not exists (select 1 from refused as r where r.file = n.file and r.origin_row = n.origin_row)
    window one_id as (partition by n.source, n.own_id, n.is_further order by n.file, n.origin_row, n.rule)
)
select
    file,
    rule,
    origin_row,
    own_id as event_id,
    first_file,
    first_row,
    case
        when is_further then 'further'
        when standing = 1 then 'kept'
        when said = first_said then 'duplicate'
        else 'conflict'
    end as outcome
from placed
where is_further or standing > 1 or own_id <> event_id
order by file, rule, origin_row
