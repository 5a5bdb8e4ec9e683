-- exported_events: one row per event of a group, with the other identifiers that its row named
-- reads:       events, links
-- parameters:  :source (text), :subject_kind (text)
with named as (
    select
        event_id,
        min("right") filter (where right_kind = 'email') as email,
        min("right") filter (where right_kind = 'phone') as phone,
        min("right") filter (where right_kind = 'loyalty') as loyalty,
        min("right") filter (where right_kind = 'customer') as customer,
        min("right") filter (where right_kind = 'order') as "order",
        min("right") filter (where right_kind = 'anonymous') as anonymous
    from links
    where source = :source
    group by event_id
)

select
    e.*,
    n.email,
    n.phone,
    n.loyalty,
    n.customer,
    n."order",
    n.anonymous
from events as e
left join named as n on e.event_id = n.event_id
where e.source = :source and e.subject_kind = :subject_kind
order by e.occurred_at, e.sequence, e.event_id
