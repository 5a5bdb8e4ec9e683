-- conflicting_rows: one row per row of a file that is refused because of another row, in their order
-- reads:       refused
-- parameters:  :file (integer)
select
    origin_row,
    event_id,
    first_file,
    first_row
from refused
where file = :file
order by origin_row
