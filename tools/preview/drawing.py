"""The picture as SVG: one for wide screens and documents, one in a single column for telephones."""

import textwrap
from dataclasses import dataclass, field
from html import escape

from tools.preview.picture import Box, Picture

LINE, PAD, GAP = 16, 12, 16
ARROW_GAP = 44
"""Space between two bands, for the arrow and its label."""
GLYPH = 6.4
"""Average width of a character in px, for breaking texts at the edge of their box."""
BOLD = 1.15
"""How much wider bold letters are."""
STYLE = (
    ".f{fill:none;stroke:#8a94a6;stroke-width:1.2}.a{stroke-dasharray:5 4}.n{fill:#f4f8ff}.c{fill:#fff}"
    ".t{fill:#fdf6e3;stroke:#c9a227}.b{fill:#fff;stroke:#3b6fb6;stroke-width:1.2}.s{fill:#eef7ee;stroke:#3d8b4f}"
    "text{font:12px 'DejaVu Sans',Verdana,sans-serif;fill:#1d2733}.h{font-weight:bold}.w{font-size:11px;fill:#55606f}"
    ".e{stroke:#55606f;stroke-width:1.4;fill:none}"
)


@dataclass
class Canvas:
    """What is drawn so far: frames are below, everything else above."""

    marker: str
    """Id of the arrow head: a page may hold two pictures, and the arrow head of a hidden one is unusable."""
    below: list[str] = field(default_factory=list)
    above: list[str] = field(default_factory=list)

    def frame(self, x: float, y: float, width: float, height: float, title: str, kind: str) -> None:
        """A frame around other things, with its title at the top left."""
        rect = f'<rect class="f {kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>'
        self.below.insert(0, rect)
        self.text(x + PAD, y + LINE + 2, _cut(title, (width - 2 * PAD) / BOLD), "h")

    def box(self, x: float, y: float, width: float, height: float, box: Box, kind: str = "b") -> None:
        """One thing with its facts."""
        self.above.append(f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="5"/>')
        self.text(x + 10, y + LINE + 3, _cut(box.title, (width - 20) / BOLD), "h")
        for i, fact in enumerate(_lines(box, width)):
            self.text(x + 10, y + LINE * (i + 2) + 5, fact, "w")

    def text(self, x: float, y: float, words: str, kind: str = "") -> None:
        """One line of text."""
        self.above.append(f'<text class="{kind}" x="{x}" y="{y}">{escape(words)}</text>')

    def arrow(self, x1: float, y1: float, x2: float, y2: float, words: str) -> None:
        """An arrow with its words beside it, or above it when it lies flat."""
        self.above.append(f'<path class="e" marker-end="url(#{self.marker})" d="M{x1} {y1}L{x2} {y2}"/>')
        flat = y1 == y2
        self.text(min(x1, x2) + (4 if flat else 8), (y1 + y2) / 2 + (-6 if flat else 4), words, "w")


def svg(picture: Picture, narrow: bool = False) -> str:
    """The picture as an SVG document without references to anything outside."""
    canvas = Canvas("narrow-head" if narrow else "head")
    width, height = _narrow(canvas, picture) if narrow else _wide(canvas, picture)
    marker = (
        f'<defs><marker id="{canvas.marker}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#55606f"/></marker></defs>'
    )
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" '
        f'aria-label="Architecture of the platform"><style>{STYLE}</style>{marker}'
        f'<rect width="{width:g}" height="{height:g}" fill="#fff"/>'
    )
    return "\n".join([head, *canvas.below, *canvas.above, "</svg>"]) + "\n"


def _wide(canvas: Canvas, picture: Picture) -> tuple[float, float]:
    left, inner, side = 40.0, 640.0, 236.0
    top = 92.0 if picture.account else 56.0
    bottom, ends = _cluster(canvas, picture, left, top, inner, 3)
    canvas.frame(left - PAD, top - 30, inner + 2 * PAD, bottom - top + 30 + PAD, picture.cluster, "c")
    if picture.network:
        canvas.frame(left - 2 * PAD, top - 58, inner + 4 * PAD, bottom - top + 58 + 2 * PAD, picture.network, "n")
    x, y = left + inner + 150, ends.get("teams", top)
    for box in picture.cloud:
        canvas.box(x, y, side, _height([box], side), box, "s")
        ends[box.key] = y + _height([box], side) / 2
        y += _height([box], side) + ARROW_GAP
    for a, b, words in picture.edges():
        if b in ("storage", "roles") and a == "teams":
            canvas.arrow(left + inner + 2 * PAD, ends[b], x, ends[b], words)
    width = x + side + 2 * PAD if picture.cloud else left + inner + 3 * PAD
    height = max(bottom + 3 * PAD, y)
    if picture.account:
        canvas.frame(PAD / 2, PAD / 2, width - PAD, height - PAD / 2, picture.account, "a")
    return width, height + PAD / 2


def _narrow(canvas: Canvas, picture: Picture) -> tuple[float, float]:
    left, inner, top = 22.0, 316.0, 56.0
    bottom, _ = _cluster(canvas, picture, left, top, inner, 1)
    canvas.frame(left - PAD, top - 30, inner + 2 * PAD, bottom - top + 30 + PAD, picture.cluster, "c")
    y = bottom + PAD
    for box in picture.cloud:
        words = next((w for a, b, w in picture.edges() if b == box.key), "")
        canvas.arrow(left + inner / 2, y, left + inner / 2, y + ARROW_GAP, words)
        y += ARROW_GAP
        canvas.box(left, y, inner, _height([box], inner), box, "s")
        y += _height([box], inner)
    canvas.text(left - PAD, 16, _cut(picture.account or "", inner), "h")
    return left * 2 + inner, y + PAD


def _cluster(
    canvas: Canvas, picture: Picture, x: float, y: float, width: float, columns: int
) -> tuple[float, dict[str, float]]:
    """What stands inside the cluster, band below band; the lower edge, and where the workspaces begin."""
    ends: dict[str, float] = {}
    words = {a: w for a, b, w in picture.edges() if b == "teams"} | {
        b: w for a, b, w in picture.edges() if a == "teams"
    }
    if picture.control:
        y, anchors = _band(canvas, picture.control, x, y, width, columns)
        for key in ("operator", "admission"):
            if key in anchors and picture.teams and (columns > 1 or key == "operator"):
                canvas.arrow(anchors[key], y, anchors[key], y + ARROW_GAP, words[key])
        y += ARROW_GAP
    if picture.teams:
        ends["teams"] = y
        bottom, _ = _band(canvas, picture.teams, x + PAD, y + 28, width - 2 * PAD, columns)
        canvas.below.append(
            f'<rect class="t" x="{x}" y="{y}" width="{width}" height="{bottom - y + PAD}" rx="5" opacity=".55"/>'
        )
        more = ": each team has its own namespace, quota, rights and network rules" if columns > 1 else ""
        canvas.text(x + PAD, y + 19, f"Workspaces{more}", "h")
        y = bottom + PAD
        if picture.services:
            if picture.services[0].key == "shuffle":
                middle = x + width / 6 if columns > 1 else x + width / 2
                canvas.arrow(middle, y, middle, y + ARROW_GAP, words["shuffle"])
            y += ARROW_GAP
    if picture.services:
        y, _ = _band(canvas, picture.services, x, y, width, columns)
    return y, ends


def _band(
    canvas: Canvas, boxes: list[Box], x: float, y: float, width: float, columns: int
) -> tuple[float, dict[str, float]]:
    """Boxes in rows; the lower edge and the middle of each box."""
    one = (width - GAP * (columns - 1)) / columns
    middles: dict[str, float] = {}
    for start in range(0, len(boxes), columns):
        row = boxes[start : start + columns]
        y += GAP if start else 0
        for i, box in enumerate(row):
            canvas.box(x + i * (one + GAP), y, one, _height(row, one), box)
            middles[box.key] = x + i * (one + GAP) + one / 2
        y += _height(row, one)
    return y, middles


def _height(row: list[Box], width: float) -> float:
    return LINE * (1 + max(len(_lines(b, width)) for b in row)) + PAD + 2


def _lines(box: Box, width: float) -> list[str]:
    """The facts of a box, broken at its edge."""
    most = int((width - 20) / GLYPH)
    return [line for fact in box.facts for line in textwrap.wrap(fact, most, break_on_hyphens=False)]


def _cut(text: str, width: float) -> str:
    most = int(width / GLYPH)
    return text if len(text) <= most else f"{text[: most - 1]}…"
