"""Tables that fit a terminal of any width: names and figures are never cut, columns that matter less give way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

_ENDLESS = 10_000
"""Columns of a terminal in which any table fits."""


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    head: str
    rank: int = 0
    """Where there is no room, the column of the highest rank goes first; those of rank 0 stay."""
    left: bool = False
    """Whether it holds words, not figures."""


@dataclass
class FittedTable:
    """A table for ``rich`` to print."""

    columns: Sequence[Column]
    """The first one of words may be folded where even the columns that stay are too wide together."""
    title: str = ""
    rows: list[tuple[list[Text], str]] = field(default_factory=list)
    """Cells, one for each column, and the style of the row."""
    footer: Sequence[Text] = ()

    def add(self, *cells: str | Text, style: str = "") -> None:
        """A further row."""
        self.rows.append(([x if isinstance(x, Text) else Text(x) for x in cells], style))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The table with all columns there is room for, and a line that names the others."""
        shown = [i for i, x in enumerate(self.columns) if x.rank == 0 or not self._is_empty(i)]
        ranked = sorted((i for i in shown if self.columns[i].rank), key=lambda i: self.columns[i].rank)
        gap, dropped = 2, []
        while self._width(console, shown, gap) > options.max_width and (gap > 1 or ranked):
            if gap > 1:
                gap = 1
            else:
                dropped.append(ranked.pop())
                shown.remove(dropped[-1])
        yield self._table(shown, gap, fold=self._width(console, shown, gap) > options.max_width)
        if dropped:
            names = ", ".join(self.columns[i].head for i in sorted(dropped))
            yield Text(f"no room for: {names}", style="dim")

    def _is_empty(self, column: int) -> bool:
        return not any(cells[column].plain for cells, _ in self.rows)

    def _width(self, console: Console, shown: list[int], gap: int) -> int:
        endless = console.options.update(max_width=_ENDLESS)
        return Measurement.get(console, endless, self._table(shown, gap, fold=False)).maximum

    def _table(self, shown: list[int], gap: int, fold: bool) -> Table:
        table = Table(
            box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="bold", show_footer=bool(self.footer),
            title=Text(self.title) if self.title else None, title_justify="left",
        )  # fmt: skip
        folding = next((i for i in shown if self.columns[i].left), None) if fold else None
        for i in shown:
            column = self.columns[i]
            table.add_column(
                column.head, justify="left" if column.left else "right", overflow="fold", no_wrap=i != folding,
                footer=self.footer[i] if self.footer else "",
            )  # fmt: skip
        for cells, style in self.rows:
            table.add_row(*(cells[i] for i in shown), style=style)
        return table
