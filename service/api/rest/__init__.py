"""One router per resource; each parses, asks the office, and says the answer in its own shapes."""
