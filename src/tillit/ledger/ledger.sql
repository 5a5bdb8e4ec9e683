-- ledger: an entry (no personal data) and its body (salt and content) for each thing that was said or done
-- $prefix is the ledger's name, from code; statements are apart by an empty line, since triggers hold semicolons
create table if not exists $prefix_entry (
    number integer primary key autoincrement,
    at integer not null, -- microseconds UTC
    type text not null,
    body_digest blob not null check (length(body_digest) = 32),
    previous blob not null check (length(previous) = 32),
    digest blob not null check (length(digest) = 32)
) strict;

create table if not exists $prefix_body (
    number integer primary key references $prefix_entry (number),
    salt blob not null check (length(salt) >= 16),
    content blob not null
) strict;

create table if not exists $prefix_erased (
    number integer primary key references $prefix_entry (number),
    by_entry integer not null references $prefix_entry (number)
) strict;

create trigger if not exists $prefix_entry_stays before update on $prefix_entry
begin select raise(abort, 'a ledger is only added to: no entry changes'); end;

create trigger if not exists $prefix_entry_is_kept before delete on $prefix_entry
begin select raise(abort, 'a ledger is only added to: no entry is removed'); end;

create trigger if not exists $prefix_body_stays before update on $prefix_body
begin select raise(abort, 'a ledger is only added to: no body changes'); end;

create trigger if not exists $prefix_body_is_erased_on_record before delete on $prefix_body
when not exists (select 1 from $prefix_erased where number = old.number)
begin select raise(abort, 'a body is removed by an erasure, which is an entry of its own'); end;

create trigger if not exists $prefix_erased_stays before update on $prefix_erased
begin select raise(abort, 'a ledger is only added to: an erasure stays on record'); end;

create trigger if not exists $prefix_erased_is_kept before delete on $prefix_erased
begin select raise(abort, 'a ledger is only added to: an erasure stays on record'); end;
