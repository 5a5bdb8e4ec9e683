-- robots: one row per event and rule that calls it a robot's
-- reads:       events
-- parameters:  :instant_micros (bigint), :delivery_micros (bigint), :burst_micros (bigint), :burst_clicks (bigint), :stay_micros (bigint), :rush_micros (bigint), :rush_pages (bigint)
with told as (
    select
        source,
        event_id,
        json_extract_string(properties, '$.agent') as agent,
        json_extract_string(properties, '$.webdriver') as webdriver
    from events
    where properties like '%"agent"%' or properties like '%"webdriver"%'
),

mails as (
    select distinct
        subject,
        occurred_at
    from events
    where activity in ('email_sent', 'campaign_received')
),

-- What was done to the mail that came last before it.
handled as (
    select
        e.source,
        e.event_id,
        e.subject,
        e.activity,
        e.occurred_at,
        max(m.occurred_at) as sent_at
    from events as e
    join mails as m on e.subject = m.subject and e.occurred_at >= m.occurred_at
    where e.activity in ('email_opened', 'email_clicked')
    group by e.source, e.event_id, e.subject, e.activity, e.occurred_at
),

first_clicks as (
    select
        subject,
        sent_at,
        min(occurred_at) as first_at
    from handled
    where activity = 'email_clicked'
    group by subject, sent_at
),

bursts as (
    select
        f.subject,
        f.sent_at,
        f.first_at
    from first_clicks as f
    join handled as h
        on f.subject = h.subject and f.sent_at = h.sent_at and h.occurred_at <= f.first_at + :burst_micros
    where h.activity = 'email_clicked' and f.first_at <= f.sent_at + :delivery_micros
    group by f.subject, f.sent_at, f.first_at
    having count(*) >= :burst_clicks
),

-- Whoever looks at a page afterwards may have been quick.
visited as (
    select distinct
        b.subject,
        b.sent_at
    from bursts as b
    join events as e
        on b.subject = e.subject and e.occurred_at >= b.first_at and e.occurred_at <= b.first_at + :stay_micros
    where e.activity = 'page_viewed'
),

rushing as (
    select distinct subject
    from events
    where activity = 'page_viewed' and subject_kind = 'anonymous'
    group by subject, occurred_at - occurred_at % :rush_micros
    having count(*) >= :rush_pages
),

found as (
    select source, event_id, 'names_itself' as rule from told where agent like '% program'
    union all
    select source, event_id, 'driven_browser' as rule from told where webdriver = 'true'
    union all
    -- Where times are whole minutes, equal ones say nothing.
    select source, event_id, 'instant' as rule
    from handled
    where
        occurred_at <= sent_at + :instant_micros
        and (occurred_at % 60000000 <> 0 or sent_at % 60000000 <> 0)
    union all
    select h.source, h.event_id, 'mail_scanner' as rule
    from handled as h
    join bursts as b on h.subject = b.subject and h.sent_at = b.sent_at
    left join visited as v on h.subject = v.subject and h.sent_at = v.sent_at
    where v.subject is null and h.occurred_at <= b.first_at + :burst_micros
    union all
    select e.source, e.event_id, 'rush' as rule
    from events as e
    join rushing as r on e.subject = r.subject
)

select
    f.source,
    f.event_id,
    f.rule,
    e.subject,
    e.occurred_at,
    e.activity,
    t.agent
from found as f
join events as e on f.source = e.source and f.event_id = e.event_id
left join told as t on f.source = t.source and f.event_id = t.event_id
