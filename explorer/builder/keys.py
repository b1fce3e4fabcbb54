"""Names finished work by a hash of everything it was computed from, so that nothing stale is ever used."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def key_of(**parts: Any) -> str:
    """Hash of named values that JSON can hold."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
