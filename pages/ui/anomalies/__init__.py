"""Parts of the Data errors page: values that do not fit the rest of their product."""
