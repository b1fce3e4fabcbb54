"""The embedded demo: scikit-learn's handwritten digits and a small network trained on them here."""

from __future__ import annotations

from explorer.builder.demo.build import build_demo

__all__ = ["build_demo"]
