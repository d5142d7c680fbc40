"""From SDTM to ADaM: subjects, tumours, response, survival; every row names the records that decide it."""
