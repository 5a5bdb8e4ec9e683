-- mail_clicks: one row per contact that mails were sent to; a mail counts as clicked once, so never more than were sent
-- reads:       events, robots
with people as (
    select e.*
    from events as e
    left join robots as r on e.source = r.source and e.event_id = r.event_id
    where r.event_id is null
),

mails as (
    select distinct
        subject,
        occurred_at
    from people
    where activity in ('email_sent', 'campaign_received')
),

clicked as (
    select
        e.source,
        e.event_id,
        e.subject,
        max(m.occurred_at) as sent_at
    from people as e
    join mails as m on e.subject = m.subject and e.occurred_at >= m.occurred_at
    where e.activity = 'email_clicked'
    group by e.source, e.event_id, e.subject
),

by_contact as (
    select
        subject,
        count(distinct sent_at) as clicked
    from clicked
    group by subject
)

select
    m.subject,
    cast(count(*) as bigint) as mails,
    cast(max(coalesce(c.clicked, 0)) as bigint) as clicked
from mails as m
left join by_contact as c on m.subject = c.subject
group by m.subject
order by m.subject
