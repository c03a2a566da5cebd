"""Prints the history rows of a .wandb log as JSON lines, read independently of this program.

usage: sdk-rows.py FILE [FILE...] [--count]

Framing is read here with zlib, records are decoded by the wandb SDK's own protobuf classes, values by json.
A line is {"step": ..., "timestamp": ..., "values": {KEY: NUMBER}, "cells": {KEY: TEXT_OR_JSON}}; NaN and infinities are strings
"NaN", "Infinity", "-Infinity". A file's rows are preceded by {"file": PATH}. With --count the rows are decoded
but only their number is printed, as a peer to measure against.
"""
import json
import struct
import sys
import zlib

from wandb.proto import wandb_internal_pb2

BLOCK = 32768
RESERVED = {"_step", "_timestamp", "_runtime", "_wandb"}


def payloads(path, origin=0):
    """Payloads up to the first torn or damaged chunk; ValueError when the block origin is not the right one."""
    data = open(path, "rb").read()
    position, parts = 7, []
    while position + 7 <= len(data):
        left = BLOCK - (position - origin) % BLOCK
        if left < 7:
            position += left
            continue
        checksum, length, kind = struct.unpack_from("<IHB", data, position)
        if position + 7 + length > len(data):
            return
        if not 1 <= kind <= 4 or zlib.crc32(data[position + 6 : position + 7 + length]) != checksum:
            raise ValueError(f"{path}: damaged chunk at {position}")
        parts.append(data[position + 7 : position + 7 + length])
        position += 7 + length
        if kind in (1, 4):
            yield b"".join(parts)
            parts = []


def nested(history):
    """The row as nested dicts, and the dotted names that were written flat."""
    row, flat = {}, {}
    for item in history.item:
        path = list(item.nested_key) or [item.key]
        value = json.loads(item.value_json)
        if len(path) == 1:
            flat[path[0]] = value
            continue
        node = row
        for key in path[:-1]:
            node = node.setdefault(key, {})
        node[path[-1]] = value
    return row, flat


def flatten(prefix, value, out):
    if isinstance(value, dict) and value and not isinstance(value.get("_type"), str):
        for key, member in value.items():
            flatten(prefix + [key], member, out)
    else:
        out[".".join(prefix)] = value


def special(value):
    """Floats JSON has no words for, as strings."""
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return "NaN" if value != value else ("Infinity" if value > 0 else "-Infinity")
    return value


def dotted(history):
    row, flat = nested(history)
    row = {key: value for key, value in row.items() if key not in RESERVED}
    out = {}
    for key, value in row.items():
        flatten([key], value, out)
    for key, value in flat.items():
        if key not in RESERVED:
            flatten([key], value, out)
    step = flat.get("_step", history.step.num)
    values, cells = {}, {}
    for key, value in out.items():
        if isinstance(value, (bool, int, float)):
            values[key] = special(float(value))
        else:
            cells[key] = value
    return {"step": step, "timestamp": flat.get("_timestamp"), "values": values, "cells": cells}


def rows(path, origin=0):
    for payload in payloads(path, origin):
        record = wandb_internal_pb2.Record()
        record.ParseFromString(payload)
        if record.WhichOneof("record_type") == "history":
            yield record.history


def main():
    count_only = "--count" in sys.argv
    for path in [argument for argument in sys.argv[1:] if argument != "--count"]:
        try:
            found = [dotted(history) for history in rows(path)] if not count_only else None
        except ValueError:
            found = [dotted(history) for history in rows(path, 7)]
        if count_only:
            # What the SDK's reader and json do, nothing more.
            total = 0
            for history in rows(path):
                {item.key or ".".join(item.nested_key): json.loads(item.value_json) for item in history.item}
                total += 1
            print(json.dumps({"file": path, "rows": total}))
            continue
        print(json.dumps({"file": path}))
        for row in found:
            print(json.dumps(row, allow_nan=True))


if __name__ == "__main__":
    main()
