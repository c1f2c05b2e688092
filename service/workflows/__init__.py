"""THE LAW — pure: values in, values out; it knows no store, clock or wire."""
