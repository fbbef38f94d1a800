"""The results of a bench as a table on the terminal, Markdown, JSON and a plot."""

import json
import os
import platform as machine
from pathlib import Path
from xml.sax.saxutils import escape

from tools.bench.scale import DEFAULTS, SECONDS, Raw, Run, as_json, spread, summary
from tools.sandbox.console import table
from tools.sandbox.programs import program

COLUMNS = [
    "Spark", "configuration", "wanted", "created in 30 s", "Running in 30 s", "all after, s", "creates/s",
    "share of the best plain client", "create, ms", "policies, ms", "quota, ms", "refused", "load",
]  # fmt: skip
WIDTH, HEIGHT, MARGIN = 760, 360, 56
COLOURS = {DEFAULTS: "#8a8a8a"}
OTHER_COLOUR = "#0b6bcb"


def line(run: Run) -> str:
    """One run in one line."""
    case = run.case
    return (
        f"Spark {case.release}, {case.configuration}, {case.wanted} wanted: {run.within()} created and "
        f"{run.running_within} Running in {SECONDS} s, {run.per_second:.0f} a second, policies {run.policies_ms:.1f} ms"
    )


def rows(runs: list[Run], rates: list[Raw]) -> list[list[str]]:
    """One row for each case: the median of its runs, and the least and the most."""
    best = {each.release: each.best for each in rates}
    result = []
    for case, same in summary(runs).items():
        plain = best.get(case.release, 0.0)
        ends = [run.all_after for run in same if run.all_after is not None]
        result.append(
            [
                case.release, case.configuration, f"{case.wanted:,}",
                spread(run.within() for run in same), spread(run.running_within for run in same),
                spread(ends) if len(ends) == len(same) else "-", spread(run.per_second for run in same),
                spread(100 * run.per_second / plain for run in same) + " %" if plain else "-",
                spread(run.post_ms for run in same), f"{min(run.policies_ms for run in same):.1f}",
                f"{min(run.quota_ms for run in same):.1f}", spread(run.refused for run in same),
                f"{max(run.load for run in same):.1f}",
            ]
        )  # fmt: skip
    return result


def show(runs: list[Run], rates: list[Raw]) -> None:
    """Print the tables."""
    table("Executors", COLUMNS, rows(runs, rates))
    plain = [[each.release, ", ".join(f"{n}: {r}" for n, r in sorted(each.rates.items()))] for each in rates]
    table("Creates a second by a plain client, by connections", ["Spark", "pods a second"], plain)


def write(folder: Path, runs: list[Run], rates: list[Raw]) -> None:
    """Write result.json, table.md and plot.svg."""
    folder.mkdir(parents=True, exist_ok=True)
    facts = {
        "machine": f"{os.cpu_count()} processors, {machine.system()} {machine.release()}",
        "kubernetes": program("kube-apiserver").version,
        "kwok": program("kwok").version,
    }
    (folder / "result.json").write_text(json.dumps(facts | as_json(runs, rates), indent=1) + "\n")
    lines = ["| " + " | ".join(each) + " |" for each in (COLUMNS, ["---"] * len(COLUMNS), *rows(runs, rates))]
    (folder / "table.md").write_text("\n".join(lines) + "\n")
    (folder / "plot.svg").write_text(plot(runs))


def plot(runs: list[Run]) -> str:
    """Pods created over time, for the largest number wanted: one line a run."""
    most = max((run.case.wanted for run in runs), default=1)
    top = max((run.within() for run in runs), default=1) or 1
    shown = [run for run in runs if run.case.wanted == most]
    parts = [_frame(top, most)]
    for number, run in enumerate(shown):
        colour = COLOURS.get(run.case.configuration, OTHER_COLOUR)
        dash = ' stroke-dasharray="6 4"' if run.case.release.startswith("3.") else ""
        points = [(float(s), sum(at <= s for at in run.created)) for s in range(SECONDS + 1)]
        way = " ".join(f"{_x(s):.1f},{_y(n, top):.1f}" for s, n in points)
        parts.append(f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
        label = escape(f"{run.case.release} {run.case.configuration}")
        if not any(r.case == run.case for r in shown[:number]):
            y = _y(points[-1][1], top)
            parts.append(f'<text x="{WIDTH - 4}" y="{y - 4:.1f}" text-anchor="end" fill="{colour}">{label}</text>')
    body = "\n".join(parts)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
    paper = '<rect width="100%" height="100%" fill="#fff"/>'
    return f'{head} font-family="sans-serif" font-size="12">\n{paper}\n{body}\n</svg>\n'


def _x(second: float) -> float:
    return MARGIN + second * (WIDTH - 2 * MARGIN) / SECONDS


def _y(count: float, top: float) -> float:
    return HEIGHT - MARGIN - count * (HEIGHT - 2 * MARGIN) / top


def _frame(top: int, most: int) -> str:
    parts = [f'<text x="{MARGIN}" y="24" font-size="14">Executor pods created, {most:,} wanted</text>']
    for second in range(0, SECONDS + 1, 5):
        parts.append(f'<text x="{_x(second):.1f}" y="{HEIGHT - MARGIN + 18}" text-anchor="middle">{second} s</text>')
    for step in range(5):
        count, y = top * step // 4, _y(top * step // 4, top)
        parts.append(f'<line x1="{MARGIN}" x2="{WIDTH - MARGIN}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{MARGIN - 6}" y="{y + 4:.1f}" text-anchor="end">{count:,}</text>')
    return "\n".join(parts)
