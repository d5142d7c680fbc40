"""Registry records: read from the forms in which registers and their mirrors show them, each value with its place."""
