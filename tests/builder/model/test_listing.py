"""The order in which layers are listed."""

from __future__ import annotations

from torch import Tensor, nn

from explorer.builder.images.preprocess import Preprocess
from explorer.builder.model.listing import list_layers


class Shared(nn.Module):
    """One activation for all, a block that is run twice, and a list that is never called itself."""

    def __init__(self) -> None:
        super().__init__()
        self.relu = nn.ReLU()
        self.block = nn.Sequential(nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1))
        self.parts = nn.ModuleList([nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1)])
        self.fc = nn.Linear(3, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.block(x))
        x = self.relu(self.block(x))
        for part in self.parts:
            x = self.relu(part(x))
        return self.fc(x.mean((2, 3)))  # type: ignore[no-any-return]


def test_calls_stand_in_the_order_in_which_they_happen() -> None:
    listing = list_layers(Shared().eval(), Preprocess(size=(8, 8)), ())
    names = [x.layer.name for x in listing.layers]
    assert names == [
        "input", "block", "block.0", "block.1", "relu", "block@2", "block.0@2", "block.1@2", "relu@2",
        "parts.0", "relu@3", "parts.1", "relu@4", "fc", "softmax",
    ]  # fmt: skip
    depth = {x.layer.name: x.depth for x in listing.layers}
    assert (depth["block@2"], depth["block.0@2"]) == (0, 1)
