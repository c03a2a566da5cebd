"""Writes histograms with PyTorch's SummaryWriter: histograms.py KIND FOLDER STEPS TAGS VALUES BINS.

KIND: `values`, add_histogram of so many numbers, as people log them; `bins`, the same told to make so many bins;
`raw`, add_histogram_raw of counts that were made before. Prints processor seconds per histogram as JSON.
"""

import json
import sys
import time

import numpy as np
from torch.utils.tensorboard import SummaryWriter


def made_before(values, bins):
    counts, edges = np.histogram(values, bins=bins)
    return {
        "min": float(values.min()),
        "max": float(values.max()),
        "num": len(values),
        "sum": float(values.sum()),
        "sum_squares": float(values.dot(values)),
        "bucket_limits": edges[1:].tolist(),
        "bucket_counts": counts.tolist(),
    }


def write(kind, folder, steps, values, bins):
    writer = SummaryWriter(folder)
    raw = [made_before(numbers, bins) for numbers in values] if kind == "raw" else []
    options = {"bins": bins} if kind == "bins" else {}
    start = time.process_time()
    for step in range(steps):
        for tag, numbers in enumerate(values):
            name = f"gradients/layer{tag:02}.weight"
            if kind == "raw":
                writer.add_histogram_raw(name, global_step=step, **raw[tag])
            else:
                writer.add_histogram(name, numbers, step, **options)
    writer.close()
    return time.process_time() - start


def main():
    kind, folder = sys.argv[1:3]
    steps, tags, count, bins = map(int, sys.argv[3:])
    values = list(np.random.default_rng(1).normal(size=(tags, count)))
    write(kind, folder, 2, values, bins)  # Imports, and the first use of everything.
    seconds = write(kind, folder, steps, values, bins)
    print(json.dumps({"cpuSecondsEach": seconds / (steps * tags)}))


main()
