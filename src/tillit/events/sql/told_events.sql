-- told_events: one row per event, as it may be given to others; times with people are months
-- reads:       events, shown_places, with_people, without_people, behind_the_sale
-- parameters:  :salt (text)
with marked as (
    select
        *,
        occurred_at - occurred_at % 86400000000 as day,
        channel in (select name from with_people)
        or (coalesce(place, '') <> '' and channel not in (select name from without_people))
        or (actor = 'person' and function not in (select name from behind_the_sale)) as is_with_people
    from events
),

-- A receipt by e-mail on the same day would tell the hour of the sale.
sold_on as (
    select distinct subject, day
    from marked
    where is_with_people and amount_minor is not null
),

decided as (
    select
        m.*,
        m.is_with_people or s.subject is not null as by_month,
        epoch_us(date_trunc('month', make_timestamp(m.occurred_at))) + 43200000000 as month
    from marked as m
    left join sold_on as s on m.subject = s.subject and m.day = s.day
)

select
    case when d.by_month then md5(concat(:salt, d.source, d.event_id)) else d.event_id end as event_id,
    d.source,
    case when d.by_month then d.month else d.occurred_at end as occurred_at,
    case when d.by_month then 0 else d.sequence end as sequence,
    case when d.by_month then d.month else d.received_at end as received_at,
    case when d.by_month then 0 else d.clock_skew end as clock_skew,
    d.subject,
    d.subject_kind,
    d.activity,
    d.channel,
    d.function,
    d.actor,
    d.amount_minor,
    d.margin_minor,
    d.currency,
    case when d.by_month then p.shown else d.place end as place,
    d.campaign,
    case when d.by_month then null else d.object end as object,
    case when d.by_month then null else d.properties end as properties,
    case when d.by_month then 0 else d.origin_row end as origin_row
from decided as d
left join shown_places as p on d.place = p.place
-- The order of the file is no trace of the order in which things were sold.
order by occurred_at, event_id
