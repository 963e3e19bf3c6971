"""Celery app, queues, schedules: claim, call the pipeline, store. Carries ids only."""
