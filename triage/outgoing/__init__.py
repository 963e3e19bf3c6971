"""The way out to a customer's own programs."""
