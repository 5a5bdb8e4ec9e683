-- suspects: one row per staged event of one part whose event_id is repeated
-- reads:       part, repeated
-- parameters:  :file (integer, the file's place), :rule (integer, the event's place in the mapping), :kind (text)
-- `said` stands for what the event says, by the columns that known.sql compares: 64 bits, compared only between events
-- that share an id.
select
    :file as file,
    :rule as rule,
    :kind as kind,
    p.source,
    p.event_id,
    p.origin_row,
    hash(
        p.occurred_at,
        p.subject,
        p.subject_kind,
        p.activity,
        p.amount_minor,
        p.currency,
        p.object,
        p.properties
    ) as said
from part as p
join repeated as r
    on p.event_id = r.event_id
