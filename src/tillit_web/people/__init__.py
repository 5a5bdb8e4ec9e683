"""The team: who they are, what they may see, how they sign in; and customers' contact details, opened on the record."""
