"""Finds shaders, assets and scenes in a wheel, an editable install and a checkout alike."""

from __future__ import annotations

from pathlib import Path

from explorer.errors import LayerflightError

_PACKAGE = Path(__file__).resolve().parent


def resource(kind: str, name: str = "") -> Path:
    """The path of a shipped file.

    Args:
        kind: "shaders", "assets" or "scenes".
        name: path below that folder; empty for the folder itself.

    Raises:
        LayerflightError: the installation is incomplete.
    """
    for root in (_PACKAGE / "_data", _PACKAGE.parent):
        path = root / kind / name
        if path.exists():
            return path
    raise LayerflightError(f"{kind}/{name} is not part of this installation of layerflight; install it again")
