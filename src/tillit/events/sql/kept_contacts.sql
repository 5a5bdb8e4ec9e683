-- kept_contacts: one row per contact of a subject that an event or a link names
-- reads:       contacts, final_events, final_links
select c.*
from contacts as c
where
    c.subject in (select e.subject from final_events as e)
    or c.subject in (select l.right from final_links as l)
