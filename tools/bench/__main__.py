"""Command line of the benches: `python -m tools.bench scale`."""

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

from tools.bench import platform, report, scale
from tools.sandbox.console import SandboxError, complain, duration, say

RELEASES = ("3.5.9", "4.2.1")
"""The releases of Spark that images/spark is made for."""
SIZES = (300, 1000, 3000)


def main(argv: list[str] | None = None) -> int:
    """Run one bench; 0 if it came to an end."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    options = commands.add_parser("scale", help="executors that one driver gets in 30 s")
    options.add_argument("--repeat", type=int, default=3, help="repetitions, each in another order (default: 3)")
    options.add_argument("--sizes", default=",".join(map(str, SIZES)), help="executors wanted, separated by commas")
    options.add_argument("--releases", default=",".join(RELEASES), help="releases of Spark, separated by commas")
    options.add_argument("--out", type=Path, default=Path("out/bench-scale"), help="folder for table, JSON and plot")
    chosen = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the control plane is taken down
    try:
        bench_scale(chosen.releases.split(","), [int(n) for n in chosen.sizes.split(",")], chosen.repeat, chosen.out)
    except SandboxError as error:
        complain(error)
        return 1
    except KeyboardInterrupt:
        say("\ninterrupted; nothing is left running")
        return 130
    return 0


def bench_scale(releases: list[str], sizes: list[int], repeat: int, out: Path) -> None:
    """All cases of one release on one control plane, then those of the next; results are written after each run."""
    began, runs, rates = time.monotonic(), list[scale.Run](), list[scale.Raw]()
    for release in releases:
        with tempfile.TemporaryDirectory(prefix="spark-on-ack-bench-") as name:
            folder = Path(name)
            with platform.running(folder) as plane:
                ready = platform.applied(plane, platform.stack(release, max(sizes), {}, folder))
                ready.wait_for_quota()
                pod = None
                for repetition in scale.cases([release], sizes, repeat):
                    for case in repetition:
                        result, seen = scale.run(ready, case)
                        runs.append(result)
                        pod = pod or seen
                        say(f"  {report.line(result)}")
                        report.write(out, runs, rates)
                if pod is not None:
                    rates.append(scale.raw_rates(ready, release, pod))
                report.write(out, runs, rates)
    report.show(runs, rates)
    say(f"{len(runs)} runs in {duration(time.monotonic() - began)}; results are in {out}")


if __name__ == "__main__":
    sys.exit(main())
