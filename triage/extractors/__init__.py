"""Documents to what the supplier states, each value with its evidence. Never fills a value from the order."""
