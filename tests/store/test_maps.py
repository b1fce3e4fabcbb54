"""Maps are packed alike by whoever packs them."""

from __future__ import annotations

import subprocess
import sys

_DIGEST = """
import hashlib
import numpy as np
from explorer.store.maps import pack
rng, digest = np.random.default_rng(0), hashlib.sha256()
for shape in ((3, 8, 8), (5, 6, 6), (4, 10, 10), (16, 16, 16)):
    for repeat in (1, 2):
        values = rng.normal(size=(400, *shape)).astype(np.float32).repeat(repeat, axis=3)
        for stream in pack(np.maximum(values, 0.0)).streams + pack(values).streams:
            digest.update(stream)
print(digest.hexdigest())
"""


def test_streams_are_the_same_in_every_process() -> None:
    """They once hung on what lay in the compressor's memory: one process in ten had another stream or two."""
    workers = [subprocess.Popen([sys.executable, "-c", _DIGEST], stdout=subprocess.PIPE) for _ in range(6)]
    found = {worker.communicate(timeout=120)[0] for worker in workers}
    assert len(found) == 1
    assert len(found.pop()) == 65
