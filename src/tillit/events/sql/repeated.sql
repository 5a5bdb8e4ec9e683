-- repeated: one row per event_id that several staged events have
-- reads:       drafts
select event_id
from drafts
group by event_id
having count(*) > 1
