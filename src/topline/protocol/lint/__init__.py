"""What is wrong with a registry record or a study before anybody enrols: rules as data, each with its authority."""
