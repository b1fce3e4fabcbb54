"""Rules for the tool that draws around images, while the mouse is held down."""

from __future__ import annotations

from dataclasses import replace

from explorer.world import intents as say
from explorer.world.selecting import BOX, LASSO, POINTER, TOOLS, Outline
from explorer.world.state import AppState

_STEP = 2.0
"""Pixels at 720 lines that a lasso moves on before it gets another corner."""


def drawn(state: AppState, intent: say.Intent) -> AppState | None:
    """The state after the tool was changed or the outline went on; None for another intent."""
    match intent:
        case say.SetTool(tool):
            return _with_tool(state, tool)
        case say.BeginOutline(x, y, how):
            tool = LASSO if state.selecting.tool == POINTER else state.selecting.tool
            return _with(state, Outline(tool, how, ((x, y),)))
        case say.ExtendOutline(x, y):
            return _with(state, _extended(state, x, y))
        case say.DropOutline():
            return _with(state, None)
    return None


def _with_tool(state: AppState, tool: str | None) -> AppState:
    if tool is None:
        tool = TOOLS[(TOOLS.index(state.selecting.tool) + 1) % len(TOOLS)]
    if tool not in TOOLS:
        raise ValueError(f"no tool {tool!r}; there are {', '.join(TOOLS)}")
    return replace(state, selecting=replace(state.selecting, tool=tool))


def _with(state: AppState, outline: Outline | None) -> AppState:
    return replace(state, selecting=replace(state.selecting, outline=outline))


def _extended(state: AppState, x: float, y: float) -> Outline | None:
    outline = state.selecting.outline
    if outline is None:
        return None
    if outline.tool == BOX:
        return replace(outline, places=(outline.places[0], (x, y)))
    before = outline.places[-1]
    near = max(abs(x - before[0]), abs(y - before[1])) < _STEP * max(1.0, state.viewport.height / 720.0)
    return outline if near else replace(outline, places=(*outline.places, (x, y)))
