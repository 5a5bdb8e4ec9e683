-- known: one row per staged event whose (source, event_id) the log has already
-- reads:       staged_events, committed_events
-- `same` compares what the event says. What we add on arrival (received_at, clock_skew), where it stood in its file
-- (sequence, origin_row) and how a mapping sorts it (channel, function, actor, place, campaign, margin) may differ
-- between two exports that overlap. `part` only names the file that the row is written to.
select
    s.source,
    s.event_id,
    s.occurred_at = c.occurred_at
    and s.subject = c.subject
    and s.subject_kind = c.subject_kind
    and s.activity = c.activity
    and s.amount_minor is not distinct from c.amount_minor
    and s.currency is not distinct from c.currency
    and s.object is not distinct from c.object
    and s.properties is not distinct from c.properties as same,
    same as part
from staged_events as s
join committed_events as c
    on s.source = c.source
    and s.event_id = c.event_id
