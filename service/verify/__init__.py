"""核对 — the oracle: re-derives every row from the events with code that shares nothing with the engine."""

from service.verify.oracle import verify
from service.verify.report import Finding, Head, Report, SealHead
from service.verify.witnesses import read as witnessed

__all__ = ["Finding", "Head", "Report", "SealHead", "verify", "witnessed"]
