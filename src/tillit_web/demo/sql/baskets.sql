-- baskets: one row per basket, as a till would export its receipts
-- reads:       transactions, promotions
select
    t.basket_id as receipt,
    any_value(t.household_id) as household,
    min(t.transaction_timestamp) as bought_at,
    any_value(t.store_id) as store,
    cast(sum(cast(t.sales_value as decimal(12, 2))) as decimal(12, 2)) as total,
    count(*) as lines,
    cast(sum(case when p.product_id is null then 0 else 1 end) as bigint) as promoted_lines,
    cast(sum(cast(t.coupon_disc + t.coupon_match_disc as decimal(12, 2))) as decimal(12, 2)) as coupon_discount
from transactions as t
left join (
    -- On display or in the mailer of that shop in that week, and bought by somebody: of 21 million such rows few are.
    select distinct bought.product_id, bought.store_id, bought.week
    from transactions as bought
    join promotions as promoted
        on promoted.product_id = bought.product_id
        and promoted.store_id = bought.store_id
        and promoted.week = bought.week
    where promoted.display_location <> '0' or promoted.mailer_location <> '0'
) as p
    on p.product_id = t.product_id
    and p.store_id = t.store_id
    and p.week = t.week
group by t.basket_id
order by bought_at, receipt
