"""Triage reads supplier messages against Odoo orders and advises people. It never confirms, changes or sends anything."""

__version__ = "0.1.0"
