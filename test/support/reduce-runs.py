"""Statistics of groups of runs by numpy and by tensorboard-reducer, to hold ours against.

usage: reduce-runs.py numpy FILE   with {"tag": [[member values by step, null where it has none], ...]}
       reduce-runs.py reducer DIR [DIR...]   event files of runs, each in a directory of its own

Prints JSON: {statistic: {tag: [values by step]}}. NaN is a word. Numbers are float64 as they were computed.
"""
import json
import sys
import warnings

import numpy as np

NUMPY = {
    "mean": np.nanmean,
    "std": np.nanstd,
    "min": np.nanmin,
    "max": np.nanmax,
    "median": np.nanmedian,
    "count": lambda values: np.count_nonzero(~np.isnan(values)),
}


def word(value):
    return float(value) if np.isfinite(value) else str(float(value))


def number(value):
    return float(value) if isinstance(value, str) else value


def by_numpy(path):
    given = json.load(open(path))
    warnings.simplefilter("ignore")
    reduced = {}
    for name, reduce in NUMPY.items():
        reduced[name] = {
            tag: [word(reduce(np.array([number(v) for v in step if v is not None]))) for step in steps]
            for tag, steps in given.items()
        }
    return reduced


def by_reducer(directories):
    from tensorboard_reducer import load_tb_events, reduce_events

    events = load_tb_events(directories, verbose=False)
    reduced = reduce_events(events, ["mean", "std", "min", "max", "median"])
    return {
        name: {tag: [[int(step), word(v)] for step, v in series.items()] for tag, series in tags.items()}
        for name, tags in reduced.items()
    }


if sys.argv[1] == "numpy":
    print(json.dumps(by_numpy(sys.argv[2])))
else:
    print(json.dumps(by_reducer(sys.argv[2:])))
