-- settled_stretch: one row per settled event of a stretch of rows, in their order
-- reads:       settled
-- parameters:  :file (integer), :rule (integer), :first_row (bigint), :last_row (bigint, inclusive)
select
    origin_row,
    event_id,
    outcome
from settled
where file = :file and rule = :rule and origin_row between :first_row and :last_row
order by origin_row
