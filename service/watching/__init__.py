"""运行观察 — what the service tells those who keep it running: log lines and metrics, never about a person."""
