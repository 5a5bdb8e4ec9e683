-- The slow, plain definition of journeys: walk each person's events one by one and remember the goal.
-- ordered_events: person, place (1, 2, … in order), activity, occurred_at, after_purchase
with recursive walked as (
    select
        person,
        place,
        occurred_at,
        1 as journey,
        coalesce(activity = $goal, false) as goal_reached
    from ordered_events
    where place = 1
    union all
    select
        e.person,
        e.place,
        e.occurred_at,
        w.journey + cast(n.is_new as integer) as journey,
        coalesce(e.activity = $goal, false) or (w.goal_reached and not n.is_new) as goal_reached
    from walked as w
    join ordered_events as e
        on e.person = w.person
        and e.place = w.place + 1
    cross join lateral (
        select
            coalesce(e.occurred_at - w.occurred_at > $lapse, false)
            or (w.goal_reached and not e.after_purchase) as is_new
    ) as n
)
select
    person,
    journey,
    count(*) as events,
    bool_or(goal_reached) as reached_goal
from walked
group by person, journey
order by person, journey
