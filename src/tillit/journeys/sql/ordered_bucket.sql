-- ordered_bucket: one row per event of one bucket, whole persons together and in order
-- reads:       bucketed_events
select *
from bucketed_events
-- The event's order is by the first three after the person; source settles equal ids of two systems.
order by representative, occurred_at, sequence, event_id, source
