"""Exports the runs of a project to event files, as scripts for that do: export_run.py ENTITY/PROJECT FOLDER.

The public API of the SDK, `scan_history` of one run after the other, and `add_scalar` of every number. SummaryWriter is
PyTorch's, without what it does beyond TensorBoard's own EventFileWriter, which it wraps: that would cost more. The server is
that of WANDB_BASE_URL. Prints runs, rows, points and seconds as JSON; imports are not counted.
"""

import json
import os
import sys
import time

import wandb
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter


class SummaryWriter:
    def __init__(self, folder):
        self._writer = EventFileWriter(folder)

    def add_scalar(self, tag, value, step, walltime):
        summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
        self._writer.add_event(Event(wall_time=walltime, step=step, summary=summary))

    def close(self):
        self._writer.close()


def export(run, folder):
    writer = SummaryWriter(folder)
    rows = points = 0
    for row in run.scan_history():
        rows += 1
        for key, value in row.items():
            if key.startswith("_") or not isinstance(value, (int, float)):
                continue
            writer.add_scalar(key, value, row["_step"], walltime=row["_timestamp"])
            points += 1
    writer.close()
    return rows, points


def main():
    path, folder = sys.argv[1:]
    start = time.perf_counter()
    counts = [export(run, os.path.join(folder, run.id)) for run in wandb.Api().runs(path)]
    seconds = time.perf_counter() - start
    rows, points = (sum(column) for column in zip(*counts))
    print(json.dumps({"runs": len(counts), "rows": rows, "points": points, "seconds": seconds}))


main()
