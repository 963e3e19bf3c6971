"""The buying company's system: read for the pipeline; the recorded snapshot and Odoo stand behind one port."""
