"""Tools over definitions: scenarios that must come true, and drawings."""
