"""Writes rows of scalars with TensorBoard's own writers: encode.py tensorboard|torch FOLDER ROWS.

`tensorboard`: one Event of eight values per row through EventFileWriter. `torch`: SummaryWriter.add_scalar, once a
value. Prints points per second and per CPU-second as JSON.
"""

import json
import math
import random
import sys
import time

TAGS = [
    "train/loss", "train/accuracy", "train/grad_norm", "lr",
    "eval/loss", "eval/accuracy", "eval/perplexity", "optimizer/weight_decay",
]  # fmt: skip


def make_rows(count):
    rnd = random.Random(1)
    return [[math.sin(step / 1000 + i) + 0.1 * rnd.random() for i in range(len(TAGS))] for step in range(count)]


def write_tensorboard(folder, rows):
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    writer = EventFileWriter(folder)
    for step, row in enumerate(rows):
        values = [Summary.Value(tag=tag, simple_value=value) for tag, value in zip(TAGS, row)]
        writer.add_event(Event(wall_time=1.7e9 + step / 2, step=step, summary=Summary(value=values)))
    writer.close()


def write_torch(folder, rows):
    from torch.utils.tensorboard import SummaryWriter

    writer = SummaryWriter(folder)
    for step, row in enumerate(rows):
        for tag, value in zip(TAGS, row):
            writer.add_scalar(tag, value, step, walltime=1.7e9 + step / 2)
    writer.close()


def main():
    kind, folder, count = sys.argv[1:]
    write = {"tensorboard": write_tensorboard, "torch": write_torch}[kind]
    rows = make_rows(int(count))
    write(folder, rows[:100])  # Imports, and the first use of everything.
    start, cpu = time.perf_counter(), time.process_time()
    write(folder, rows)
    points = len(rows) * len(TAGS)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
    print(json.dumps({"pointsPerSecond": points / seconds, "pointsPerCpuSecond": points / cpu_seconds}))


main()
