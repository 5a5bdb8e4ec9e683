-- conflicting_rows: one row per row of a file with an event whose id another event of other content has, in their order
-- reads:       settled
-- parameters:  :file (integer)
select
    origin_row,
    min(event_id) as event_id
from settled
where file = :file and outcome = 'conflict'
group by origin_row
order by origin_row
