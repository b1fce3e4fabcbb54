"""Libraries that only some images need."""

from __future__ import annotations

import importlib
from types import ModuleType

from explorer.errors import ImagesError


def optional(module: str, what: str) -> ModuleType:
    """Import a library of the extra "hf".

    Args:
        module: its dotted name.
        what: what needs it, for the error.

    Raises:
        ImagesError: it is not installed, or does not start.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        library = module.partition(".")[0]
        if (error.name or "").partition(".")[0] == library:
            raise ImagesError(f"{what} needs {library}: pip install 'layerflight[hf]'") from error
        raise ImagesError(f"{what} needs {library}, which does not start ({error!s:.200}); install it again") from error
