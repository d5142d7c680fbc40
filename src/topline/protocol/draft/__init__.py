"""From a registry record to an executable study with its open questions, and back to a record."""
