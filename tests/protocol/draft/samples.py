"""The forms of the shared sample records."""

FORMS = ("ctgov", "veeva", "flat")
