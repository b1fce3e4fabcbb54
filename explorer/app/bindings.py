"""What a row of the table of keys is, how keys are written, and how the config file binds others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from explorer.app import events
from explorer.errors import LayerflightError
from explorer.world import intents as say
from explorer.world.state import AppState


@dataclass(frozen=True)
class Action:
    """One thing a key does."""

    name: str
    """How the config file calls it."""
    group: str
    keys: tuple[str, ...]
    what: str
    """What it does, in the help panel's words."""
    intent: Callable[[AppState], say.Intent] | None
    """What a press says; None for keys that act while they are held."""


def shown_key(key: str) -> str:
    """A key's name as printed on it, with the keys held meanwhile: "Ctrl+Q"."""
    *held, last = key.split("+")
    names = {
        "escape": "Esc", "space": "Space", "plus": "+", "equal": "=", "minus": "−", "num_add": "Num+",
        "num_subtract": "Num−", "bracketleft": "[", "bracketright": "]", "question": "?", "up": "↑", "down": "↓",
        "left": "←", "right": "→", "end": "End", "pagedown": "PgDn", "pageup": "PgUp", "tab": "Tab",
        "period": ".", "comma": ",",
    }  # fmt: skip
    shown = names.get(last, last.upper() if len(last) <= 3 else last.capitalize())
    return "+".join([*(one.capitalize() for one in held), shown])


def bound(table: tuple[Action, ...], bindings: Mapping[str, Sequence[str]]) -> tuple[Action, ...]:
    """The table with the person's own keys.

    Args:
        table: every action with its usual keys.
        bindings: from the config file, action name to keys.

    Raises:
        LayerflightError: a binding for an action or of a key that does not exist, or two for one key.
    """
    unknown = sorted(set(bindings) - {action.name for action in table})
    if unknown:
        known = ", ".join(action.name for action in table)
        raise LayerflightError(f"the config file binds keys to {unknown[0]!r}, which does not exist; known are {known}")
    actions = tuple(replace(action, keys=tuple(bindings.get(action.name, action.keys))) for action in table)
    owners: dict[tuple[bool, str], str] = {}
    for action in actions:
        for key in action.keys:
            if key.rpartition("+")[2] not in events.KEYS:
                known = ", ".join(sorted(events.KEYS))
                raise LayerflightError(
                    f"the config file binds {action.name} to {key!r}, which is no key; known are {known}"
                )
            # A key may fly and be a tool: the one while flying, the other otherwise.
            other = owners.setdefault((action.intent is None, key), action.name)
            if other != action.name:
                raise LayerflightError(
                    f"the config file binds {key!r} to both {other} and {action.name}; change one of them"
                )
    return actions
