"""Virtual patients: a stated truth drawn into SDTM tables, to be analysed by the same code as a real trial."""
