-- bucketed_events: one row per event that is not erased, with the bucket of its person
-- reads:       events, components, erased
-- parameters:  :buckets (bigint, count)
select
    e.*,
    coalesce(c.representative, e.subject) as representative,
    cast(hash(coalesce(c.representative, e.subject)) % cast(:buckets as ubigint) as integer) as bucket
from events as e
left join components as c
    on c.subject = e.subject
where e.subject not in (select subject from erased)
