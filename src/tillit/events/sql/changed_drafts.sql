-- changed_drafts: one row per file and event of the mapping some of whose events do not stay as they are
-- reads:       settled
select distinct
    file,
    rule
from settled
