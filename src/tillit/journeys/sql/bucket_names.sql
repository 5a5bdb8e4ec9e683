-- bucket_names: one row per (kind, name) that some event carries
-- reads:       bucketed_events
select kind, name
from (
    unpivot (select activity, channel, "function", actor, currency, place, campaign, source from bucketed_events)
    on activity, channel, "function", actor, currency, place, campaign, source
    into name kind value name
)
group by kind, name
order by kind, name
