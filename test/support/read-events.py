"""Prints every value of event files as TensorBoard's own reader decodes them.

usage: read-events.py FILE [FILE...]

A line is {"file": PATH} before the events of a file, then {"wall": HEX, "step": N, "tag": ..., "value": HEX} for a
scalar or {"wall", "step", "tag", "text": ...} for a text. Floats are the hex digits of their big-endian bytes, so
that NaN and rounding can be compared.
"""
import json
import struct
import sys

from tensorboard.backend.event_processing import event_file_loader


def main():
    for path in sys.argv[1:]:
        print(json.dumps({"file": path}))
        for event in event_file_loader.LegacyEventFileLoader(path).Load():
            for value in event.summary.value:
                line = {"wall": struct.pack(">d", event.wall_time).hex(), "step": event.step, "tag": value.tag}
                if value.WhichOneof("value") == "simple_value":
                    line["value"] = struct.pack(">f", value.simple_value).hex()
                else:
                    line["text"] = value.tensor.string_val[0].decode("utf-8")
                print(json.dumps(line))


if __name__ == "__main__":
    main()
