"""What is said about an image, in the same words in every panel and card."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.hud import theme
from explorer.store.read import World
from explorer.world.colouring import Colouring, index_of, value_text


@dataclass(frozen=True)
class Facts:
    """An image in words."""

    label: str
    """Class, or "no label"."""
    colour: int
    """Packed colour of its point."""
    prediction: str
    """What the network says, empty when that is unknown."""
    confidence: str
    """As in "98%", empty when unknown."""
    right: bool | None
    """Whether the network is right; None when label or prediction is unknown."""
    group_only: bool
    """True when it is right about the class shown, a group, but not about the fine class in it."""
    attribute: str
    """What the points are coloured by, where that is an attribute, as in "brightness 0.43"; else empty."""

    @property
    def verdict_colour(self) -> int:
        """Green for right, amber for nearly, red for wrong, plain when nobody knows."""
        if self.right is None:
            return theme.TEXT
        return theme.NEARLY if self.group_only else theme.RIGHT if self.right else theme.WRONG

    @property
    def verdict(self) -> str:
        """The same as a word, so that colour is not the only sign."""
        if self.right is None:
            return ""
        return "✓ right group" if self.group_only else "✓ right" if self.right else "✗ wrong"


def facts(world: World, colouring: Colouring, image: int) -> Facts:
    """Everything worth saying of an image."""
    label = int(world.labels[image])
    predicted = -1 if world.predictions is None else int(world.predictions[image])
    confidence = ""
    if predicted >= 0 and world.confidences is not None:
        confidence = percent(float(world.confidences[image]))
    right = label == predicted if label >= 0 and predicted >= 0 else None
    fine, fine_predicted = world.fine_labels, world.fine_predictions
    other = fine is not None and fine_predicted is not None and int(fine[image]) != int(fine_predicted[image])
    row, colours = index_of(world, colouring, image), colouring.colours
    return Facts(
        label=world.label_text(image) or "no label",
        colour=theme.packed(tuple(colours[row if 0 <= row < len(colours) else -1])),
        prediction=world.prediction_text(image) if predicted >= 0 else "",
        confidence=confidence,
        right=right,
        group_only=bool(right) and other,
        attribute=value_text(world, colouring, image),
    )


def percent(share: float) -> str:
    """A share of 1 as a percentage that never rounds up to certainty."""
    value = 100.0 * share
    if 99.0 < value < 100.0:
        return f"{min(value, 99.9):.1f}%"
    return f"{value:.0f}%" if value >= 1.0 or value == 0.0 else f"{value:.1g}%"


def count(number: int) -> str:
    """A count with thousands parted."""
    return f"{number:,}"


def shape(dims: tuple[int, ...]) -> str:
    """A shape as a person writes it."""
    return " × ".join(str(n) for n in dims)


def value(number: float) -> str:
    """A value in three significant digits, with a true minus sign."""
    return f"{number:.3g}".replace("-", "−")
