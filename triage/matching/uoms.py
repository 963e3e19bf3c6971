"""The ERP's name for a unit that the supplier wrote."""

from triage.domain import units

#: Odoo's names of the units that a supplier may mean where the order line has another one.
_ODOO = {
    "unit": "Units",
    "m": "m",
    "kg": "kg",
    "l": "L",
    "m2": "m²",
    "m3": "m³",
    "t": "t",
    "g": "g",
    "ft": "ft",
    "lb": "lb",
}


def erp_name(written: str, ours: str) -> str | None:
    """The ERP's unit name where the written word means the order line's unit, or another unit of Odoo's; else None."""
    word = written.strip().strip(".").casefold()
    if word == ours.casefold():
        return ours
    said = units.find_unit(written)
    if said is None:
        return None
    return ours if said == units.find_unit(ours) else _ODOO.get(said)
