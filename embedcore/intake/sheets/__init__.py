"""Spreadsheets and web tables -> the filled cells of a sheet -> a table of text."""
