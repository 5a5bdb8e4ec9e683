-- mailings: one row per household and campaign that was mailed to it
-- reads:       campaigns, campaign_descriptions
select
    c.household_id as household,
    d.start_date as received_at,
    cast(c.campaign_id as varchar) as campaign,
    d.campaign_type as kind
from campaigns as c
join campaign_descriptions as d
    on d.campaign_id = c.campaign_id
order by received_at, campaign, household
