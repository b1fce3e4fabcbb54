"""Loads shaders: one .glsl file for each program, with both stages, includes and variants.

In a file, ``#ifdef VERTEX_SHADER`` / ``#ifdef FRAGMENT_SHADER`` separate the stages, ``#include
"include/name.glsl"`` pulls in shared code once, and variants are switched by ``#define``. ``#line``
directives carry a number for each file, so that the driver's errors can be told in our files' lines.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import moderngl

from explorer.errors import DisplayError
from explorer.resources import resource

STAGES = ("VERTEX_SHADER", "FRAGMENT_SHADER")
BINDINGS = {"Frame": 0, "Style": 1}
"""Binding points of the uniform blocks, the same in every program."""

_INCLUDE = re.compile(r'^\s*#include\s+"([^"]+)"\s*$')
# Mesa "0:12(5): error", NVIDIA "0(12) : error", AMD, Intel and Apple "ERROR: 0:12: ..."
_PLACE = re.compile(r"^(\s*(?:ERROR: |WARNING: )?)(\d+)(?::(\d+)(?:\(\d+\))?|\((\d+)\)\s?)", re.MULTILINE)
_log = logging.getLogger(__name__)


@dataclass
class Source:
    """One stage, ready for the driver."""

    stage: str
    text: str
    files: list[Path] = field(default_factory=list)
    """Files by their number in ``#line`` directives."""


class Shader:
    """One variant of one program; after a reload ``program`` is another object."""

    def __init__(self, name: str, defines: tuple[str, ...], program: moderngl.Program, files: list[Path]) -> None:
        self.name, self.defines, self.program, self.files = name, defines, program, files


class Shaders:
    """Every program in use, compiled on first use."""

    def __init__(
        self,
        ctx: moderngl.Context,
        folder: Path | None = None,
        dev: bool = False,
        released: Callable[[moderngl.Program], None] = lambda _: None,
    ) -> None:
        """
        Args:
            ctx: the context to compile in.
            folder: where the .glsl files are; by default those shipped.
            dev: watch the files.
            released: told of each program just before a reload or ``release`` frees it.
        """
        self.error = ""
        """Why the last reload was refused; empty when it was not."""
        self._ctx, self._folder, self._dev, self._released = ctx, folder or resource("shaders"), dev, released
        self._shaders: dict[tuple[str, tuple[str, ...]], Shader] = {}
        self._times: dict[Path, int] = {}

    def get(self, name: str, *defines: str) -> Shader:
        """The program of ``name``.glsl with these ``#define``s.

        Raises:
            DisplayError: the file is missing or the driver refuses it.
        """
        key = (name, defines)
        if key not in self._shaders:
            program, files = self._compile(name, defines)
            self._shaders[key] = Shader(name, defines, program, files)
        return self._shaders[key]

    def reload_changed(self) -> bool:
        """In a dev run, compiles again what changed on disk; an error keeps the old program.

        Returns:
            True when a program was replaced: vertex arrays made for the old one are void.
        """
        if not self._dev:
            return False
        files = {file for shader in self._shaders.values() for file in shader.files}
        times = {file: file.stat().st_mtime_ns for file in files if file.exists()}
        changed = {file for file, time in times.items() if self._times.get(file) != time}
        if changed:
            self.error = ""
        replaced = False
        for shader in self._shaders.values():
            if changed.intersection(shader.files):
                replaced |= self._reload(shader)
        return replaced

    def _reload(self, shader: Shader) -> bool:
        try:
            program, files = self._compile(shader.name, shader.defines)
        except DisplayError as error:
            self.error = self.error or str(error)
            _log.warning("%s", error)
            return False
        self._free(shader.program)
        shader.program, shader.files = program, files
        return True

    def release(self) -> None:
        """Frees every program."""
        for shader in self._shaders.values():
            self._free(shader.program)
        self._shaders.clear()

    def _free(self, program: moderngl.Program) -> None:
        self._released(program)
        program.release()

    def _compile(self, name: str, defines: tuple[str, ...]) -> tuple[moderngl.Program, list[Path]]:
        sources = [compose(self._folder / f"{name}.glsl", stage, defines) for stage in STAGES]
        files = sorted({file for source in sources for file in source.files})
        self._times.update({file: file.stat().st_mtime_ns for file in files})
        try:
            program = self._ctx.program(vertex_shader=sources[0].text, fragment_shader=sources[1].text)
        except moderngl.Error as error:
            raise DisplayError(explain(name, defines, sources, str(error))) from error
        for block, binding in BINDINGS.items():
            member = program.get(block, None)
            if isinstance(member, moderngl.UniformBlock):
                member.binding = binding
        return program, files


def compose(path: Path, stage: str, defines: tuple[str, ...] = ()) -> Source:
    """The full text of one stage.

    Raises:
        DisplayError: the file, or one that it includes, cannot be read.
    """
    source = Source(stage, "")
    head = ["#version 330 core", f"#define {stage}", *(f"#define {name}" for name in defines)]
    source.text = "\n".join(head + _expand(path, path.parent, source.files)) + "\n"
    return source


def _expand(path: Path, folder: Path, files: list[Path]) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DisplayError(f"cannot read the shader {path}: {error.strerror}") from error
    number = len(files)
    files.append(path)
    lines = [f"#line 1 {number}"]
    for index, line in enumerate(text.splitlines(), start=1):
        match = _INCLUDE.match(line)
        if match is None:
            lines.append(line)
            if line.lstrip().startswith("#endif"):  # a skipped group skips the #line after its includes too
                lines.append(f"#line {index + 1} {number}")
        elif folder / match[1] in files:
            lines.append("")  # already there
        else:
            lines += [*_expand(folder / match[1], folder, files), f"#line {index + 1} {number}"]
    return lines


def explain(name: str, defines: tuple[str, ...], sources: list[Source], log: str) -> str:
    """The message for a program that the driver refuses: stage, log in our files' lines, numbered source."""
    stage = next((s for s in sources if s.stage.lower() in log), sources[0])
    linking = not any(s.stage.lower() in log for s in sources)
    variant = f" [{' '.join(defines)}]" if defines else ""
    what = "does not link" if linking else f"does not compile ({stage.stage.replace('_', ' ').lower()})"

    def place(match: re.Match[str]) -> str:
        number, line = int(match[2]), match[3] or match[4]
        return f"{match[1]}{stage.files[number].name}:{line}" if number < len(stage.files) else match[0]

    body = [line for line in _PLACE.sub(place, log).splitlines() if line.strip(" =")]
    return "\n".join([f"the shader {name}.glsl{variant} {what}", *body, "", *_numbered(stage)])


def _numbered(source: Source) -> list[str]:
    """The source with the file and line of each line."""
    numbered, file, line = [], "", 1
    for text in source.text.splitlines():
        directive = re.match(r"#line (\d+) (\d+)", text)
        if directive is not None:
            line, file = int(directive[1]), source.files[int(directive[2])].name
            continue
        numbered.append(f"{file:>16}:{line:<4} {text}")
        line += 1
    return numbered
