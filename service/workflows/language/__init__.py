"""定义语言 — the YAML of the administrators: read, checked, explained, and compiled into releases."""
