"""Errors meant for the person at the keyboard: one line each, no traceback, exit code 2."""

from __future__ import annotations


class LayerflightError(Exception):
    """Something the user can put right.

    The message says what was expected, what was found, and what to do. The command line prints it
    as one line and exits with code 2; anything else that escapes is a defect of ours.
    """


class WorldError(LayerflightError):
    """A world folder that is missing, damaged, or of another format."""


class ModelError(LayerflightError):
    """A model source, factory or checkpoint that cannot be used as given."""


class ImagesError(LayerflightError):
    """A set of images, labels or embeddings that cannot be used as given."""


class SceneError(LayerflightError):
    """A scene script that cannot be played in this world."""


class DisplayError(LayerflightError):
    """No display, no OpenGL 3.3, or a shader the driver refuses."""


class RecordError(LayerflightError):
    """A video that cannot be written."""


class QueryError(LayerflightError):
    """A query for images that cannot be read, or asks for what the world does not know."""


class SelectionError(LayerflightError):
    """Saved or imported images of a selection that do not fit the world."""


class ViewError(LayerflightError):
    """Saved views, or a basis, that cannot be read or written."""
