"""Structured order responses and despatch advices: EDIFACT, X12, UBL and cXML to line statements, exactly as coded."""
