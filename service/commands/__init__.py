"""The command line, by what it is for: definitions, serving, upkeep, the demonstration."""
