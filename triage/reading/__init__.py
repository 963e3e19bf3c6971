"""Bytes to documents: parts, text without quotes, words with boxes, tables, cells. Never decides what a text means."""
