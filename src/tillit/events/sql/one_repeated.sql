-- one_repeated: an event_id that several staged events have, if any has one
-- reads:       drafts
select min(event_id) as event_id
from drafts
group by event_id
having count(*) > 1
order by event_id
limit 1
