"""柜台 — the service over HTTP: parse, hand to the office, answer. No rule of the law lives here."""
