"""How much memory it takes to read a set of images, measured in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_READ = """
import sys
from pathlib import Path
from explorer.builder.images.image_set import open_image_set
found = open_image_set(Path(sys.argv[1]), scratch=Path(sys.argv[2]))
for i in range(0, len(found), 64):
    found.source.batch(found.chosen[i : i + 64])
found.stamp()
print(next(x.split()[1] for x in open("/proc/self/status") if x.startswith("VmHWM")))
"""
# Not getrusage: its maximum starts with that of the process this one was started from.


def peak(path: Path, scratch: Path) -> int:
    """Peak resident memory, kB, of a process that reads all images in batches."""
    command = [sys.executable, "-c", _READ, str(path), str(scratch)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
