"""Counts what is sent to the GPU: every uniform and buffer write of a frame passes through here."""

from __future__ import annotations

import moderngl


class Uploads:
    """Writes to the GPU, counted, and left out where nothing changed."""

    def __init__(self) -> None:
        self.bytes = 0
        """Bytes written since the last ``reset``."""
        self._last: dict[tuple[int, str], bytes] = {}

    def reset(self) -> None:
        """Starts a new frame."""
        self.bytes = 0

    def uniform(self, program: moderngl.Program, name: str, data: bytes) -> None:
        """Writes a uniform unless it holds these bytes already, or the compiler found no use for it."""
        key = (program.glo, name)
        if self._last.get(key) == data:
            return
        self._last[key] = data
        member = program.get(name, None)
        if isinstance(member, moderngl.Uniform):
            member.write(data)
            self.bytes += len(data)

    def buffer(self, buffer: moderngl.Buffer, data: bytes, offset: int = 0) -> None:
        """Writes to a buffer."""
        buffer.write(data, offset=offset)
        self.bytes += len(data)

    def texture(self, texture: moderngl.Texture, data: bytes) -> None:
        """Replaces the whole of a texture."""
        texture.write(data)
        self.bytes += len(data)

    def forget(self, program: moderngl.Program) -> None:
        """Drops what is known of a program that is about to be released: its number may come again."""
        self._last = {key: data for key, data in self._last.items() if key[0] != program.glo}
