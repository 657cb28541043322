"""Makes the table of docs/failures.md from what failure_table_test.py recorded:
failure_figures.py FILE prints it."""

import json
import sys

HEAD = ["what happens", "HAProxy", "requests", "failed", "without a decision", "by the bridge",
        "p99 before → after, ms", "p99 once noticed, ms", "slowest, ms",
        "share of v2: wanted 20 %", "of Firefox: 60 %", "visitors moved",
        "the agent decides again after"]


def number(value, unit="", places=1):
    return "–" if value is None or value == [] else f"{value:.{places}f}{unit}"


def row(figures):
    return [figures["event"], figures["haproxy"], f"{figures['requests']:,}",
            str(figures["failed"]), str(figures["undecided"]), f"{figures['by_bridge']:,}",
            f"{number(figures['p99_before'])} → {number(figures['p99_after'])}",
            number(figures["p99_noticed"]), number(figures["slowest"]),
            number(figures["share"], " %"), number(figures["firefox"], " %"), str(figures["moved"]),
            number(figures["back"], " s", 2)]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    last = {(line["event"], line["haproxy"]): line for line in lines}
    order = {event: place for place, event in enumerate(dict.fromkeys(key[0] for key in last))}
    print("|", " | ".join(HEAD), "|")
    print("|" + "---|" * len(HEAD))
    for key in sorted(last, key=lambda key: (order[key[0]], key[1])):
        print("|", " | ".join(row(last[key])), "|")


if __name__ == "__main__":
    main()
