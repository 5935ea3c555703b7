"""Words of the Diagnostics page that tests wait for."""

FINE = "Everything works."
REPORT = "Report"
REPORT_ABOUT = "Send this to whoever helps you. It contains none of your products, names or files."
DOWNLOAD = "Download the report (TXT)"
PROBLEMS = "Recent problems"
NO_PROBLEMS = "None in the logs."
