"""Reads one .wandb log with the SDK's own classes: read_log.py PATH. Prints rows, points and seconds, of the clock and of processors."""

import json
import sys
import time

from wandb.proto import wandb_internal_pb2 as pb
from wandb.sdk.internal.datastore import DataStore

store = DataStore()
store.open_for_scan(sys.argv[1])
start = time.perf_counter()
start_cpu = time.process_time()
rows = points = 0
while (data := store.scan_data()) is not None:
    record = pb.Record()
    record.ParseFromString(data)
    if record.WhichOneof("record_type") != "history":
        continue
    row = {item.key or ".".join(item.nested_key): json.loads(item.value_json) for item in record.history.item}
    rows += 1
    points += sum(not key.startswith("_") for key in row)
seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - start_cpu
print(json.dumps({"rows": rows, "points": points, "seconds": seconds, "cpuSeconds": cpu_seconds}))
