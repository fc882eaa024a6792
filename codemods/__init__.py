"""Upgrade Rust code across its idiom epochs; every change is verified by recompiling."""

__version__ = "0.1.0"
