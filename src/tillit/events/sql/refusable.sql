-- refusable: one row per row that contradicts an earlier row that stays, in their order
-- reads:       settled
-- The earlier row stays for certain only if it has no conflict itself: with it refused, this row may be right.
with conflicts as (
    select *
    from settled
    where outcome = 'conflict'
)
select
    c.file,
    c.origin_row,
    min(c.event_id) as event_id,
    min_by(c.first_file, c.event_id) as first_file,
    min_by(c.first_row, c.event_id) as first_row
from conflicts as c
where
    not exists (select 1 from conflicts as f where f.file = c.first_file and f.origin_row = c.first_row)
group by c.file, c.origin_row
order by c.file, c.origin_row
