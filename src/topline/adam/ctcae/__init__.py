"""CTCAE grades of laboratory values and vital signs: thresholds as data (versions 4.03, 5.0, 6.0) and their kernel."""
