"""The core of tillit: pure Python and SQL text, without a network, a clock or global randomness."""

__version__ = "0.1.0"
