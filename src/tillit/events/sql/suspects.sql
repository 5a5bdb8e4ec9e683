-- suspects: one row per staged event of one part whose event_id is repeated
-- reads:       part, repeated
-- parameters:  :file (integer, the file's place), :rule (integer, the event's place in the mapping), :kind (text)
select
    :file as file,
    :rule as rule,
    :kind as kind,
    p.*
from part as p
join repeated as r
    on p.event_id = r.event_id
