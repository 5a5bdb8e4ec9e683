-- redemptions: one row per coupon handed in, just before the household's first basket of that day
-- reads:       coupon_redemptions, transactions
select
    r.household_id as household,
    -- The coupon comes with a date only; without a basket that day, noon says no more than the date does.
    coalesce(min(t.transaction_timestamp) - interval 1 second, r.redemption_date + interval 12 hour) as redeemed_at,
    cast(r.coupon_upc as varchar) as coupon,
    cast(r.campaign_id as varchar) as campaign
from coupon_redemptions as r
left join (
    select distinct household_id, transaction_timestamp, cast(transaction_timestamp as date) as bought_on
    from transactions
) as t
    on t.household_id = r.household_id
    and t.bought_on = cast(r.redemption_date as date)
group by r.household_id, r.redemption_date, r.coupon_upc, r.campaign_id
order by redeemed_at, household, coupon
