"""What the trial says: one immutable, typed, content-addressed Protocol that every later stage reads."""
