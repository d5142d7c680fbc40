"""Who may enrol: criteria as text, as expressions over the patient table, and as verdicts about patients."""
