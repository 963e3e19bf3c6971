"""Reads supplier messages against Odoo orders and advises people. Never confirms, changes or sends anything."""

__version__ = "0.1.0"
