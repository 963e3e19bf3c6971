"""The history of the tables, one file a step. Run by `triage.store.migrate`; never edited once released."""
