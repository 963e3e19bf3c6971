"""What is stated meets what was ordered: orders, lines, codes, units, revisions, contradictions."""
