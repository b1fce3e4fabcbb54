"""What goes with a selection: its history, how far it is emphasised, the tool that selects."""

from __future__ import annotations

from dataclasses import dataclass, field

from explorer.world.history import History
from explorer.world.selection import Selection


@dataclass(frozen=True, eq=False)
class Selecting:
    """All of a session's selecting but the selection itself."""

    history: History = field(default_factory=History)
    emphasis: float = 0.0
    """0 to 1: how far what is selected stands out from the rest."""
    shown: Selection | None = None
    """The selection that is emphasised: the one now, or the last one while its emphasis goes."""
