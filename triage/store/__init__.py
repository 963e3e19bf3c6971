"""Tables, migrations, the claim, ranked queries, outbox, audit log. The database is the truth."""
