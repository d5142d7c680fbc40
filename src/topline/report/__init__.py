"""Results as a report: tables, figures and the way back from each number, laid out and never computed."""
