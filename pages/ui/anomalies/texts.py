"""Words of the Data errors page that tests wait for."""

NO_COLUMNS = "There are no columns to check."
QUESTION = "Which values don't fit?"
CHECK = "Find data errors"
VERDICT = "verdict"  # a column of the table
