"""Work that outlives a request: queued in the database, done by one supervised process, retried after a kill."""
