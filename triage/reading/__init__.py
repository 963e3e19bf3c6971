"""Bytes to documents: parts, text without quotes, words with boxes, tables. Never decides what a text means."""
