"""Layerflight: fly through the layers of a trained convolutional network."""

__version__ = "0.1.0"
