"""A live Odoo: the guard, the one way out, reading for the pipeline, the single writing call."""
