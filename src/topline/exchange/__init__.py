"""Where topline meets files: reading SDTM folders and study files, writing output folders."""
