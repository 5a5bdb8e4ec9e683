-- persons_by_pseudonym: one row per person whose public digest begins like this
-- reads:       persons
-- parameters:  :hex_prefix (varchar, lower case hexadecimal digits)
select person, oldest_subject
from persons
where starts_with(sha256(oldest_subject || cast('public' as binary)), :hex_prefix)
order by person
