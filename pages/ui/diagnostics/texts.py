"""Words of the Diagnostics page that tests wait for."""

FINE = "Everything works."
REPORT = "Report"
REPORT_ABOUT = "For whoever helps you. It holds no product, no name, no file and no folder of yours."
DOWNLOAD = "Download the report (TXT)"
PROBLEMS = "Recent problems"
NO_PROBLEMS = "None in the logs."
