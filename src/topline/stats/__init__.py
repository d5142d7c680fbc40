"""Estimators of the field as array functions, and the analyses that turn ADaM rows into result rows."""
