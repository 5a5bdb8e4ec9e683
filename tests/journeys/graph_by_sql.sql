-- The slow, plain definition of the directly-follows graph and of variants, with windows.
-- events: who, moment, sequence, id, activity; $lapse: the longest pause inside a journey, microseconds
with paused as (
    select
        *,
        coalesce(moment - lag(moment) over (partition by who order by moment, sequence, id) > $lapse, false) as is_late
    from events
),

walked as (
    select
        *,
        sum(cast(is_late as integer)) over (partition by who order by moment, sequence, id) as journey
    from paused
),

paired as (
    select
        who,
        journey,
        activity as source,
        lead(activity) over (partition by who, journey order by moment, sequence, id) as target,
        lead(moment) over (partition by who, journey order by moment, sequence, id) - moment as wait
    from walked
),

follows as (
    select
        source,
        target,
        count(*) as pairs,
        count(distinct who) as persons,
        count(distinct (who, journey)) as journeys,
        quantile_cont(wait, 0.5) / 1e6 as p50_seconds,
        quantile_cont(wait, 0.9) / 1e6 as p90_seconds
    from paired
    where target is not null
    group by source, target
),

traces as (
    select who, list(activity order by moment, sequence, id) as activities
    from walked
    group by who, journey
),

variants as (
    select activities, count(*) as journeys, count(distinct who) as persons
    from traces
    group by activities
)
