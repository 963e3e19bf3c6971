"""Doors in: command line, folder, upload. All end in one `accept(raw)`. Never drops a message silently."""
