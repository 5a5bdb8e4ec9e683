-- exported_keys: one row per key that a group's properties have
-- reads:       events
-- parameters:  :source (text), :subject_kind (text)
select distinct unnest(json_keys(properties)) as key
from events
where source = :source and subject_kind = :subject_kind and properties is not null
order by key
