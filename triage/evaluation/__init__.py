"""Eval sets, scorers, metrics, reports, comparison. Calls the production pipeline, never a path of its own."""
