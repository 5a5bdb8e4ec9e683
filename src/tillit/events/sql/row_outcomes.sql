-- row_outcomes: one row per (file, outcome of its rows that lost an event)
-- reads:       settled, row_events
with lost as (
    select
        file,
        origin_row,
        count(*) as events,
        sum(case when outcome = 'conflict' then 1 else 0 end) as conflicts,
        sum(case when outcome = 'duplicate' then 1 else 0 end) as duplicates
    from settled
    where outcome <> 'kept'
    group by file, origin_row
),
had as (
    select
        file,
        origin_row,
        count(*) as events
    from row_events
    group by file, origin_row
)
select
    lost.file,
    case
        when lost.conflicts > 0 then 'rejected'
        when had.events > lost.events then 'accepted'
        when lost.duplicates > 0 then 'duplicate'
        else 'further'
    end as outcome,
    count(*) as rows
from lost
join had
    on lost.file = had.file
    and lost.origin_row = had.origin_row
group by 1, 2
