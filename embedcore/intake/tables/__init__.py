"""Delimited text, spreadsheets and Parquet -> a table of text in which every row of the file is kept or rejected."""
