"""Prints the scalars of event files as TensorBoard's Python loader keeps them.

usage: loaded-points.py FOLDER

The folder holds the event files of one run. Prints {TAG: [[step, value], ...]} for all scalars, as JSON.
"""
import json
import logging
import sys

from tensorboard.backend.event_processing.plugin_event_accumulator import EventAccumulator
from tensorboard.util import tensor_util


def main():
    # What it drops, it says.
    logging.disable(logging.WARNING)
    loaded = EventAccumulator(sys.argv[1], tensor_size_guidance={"scalars": 0})
    loaded.Reload()
    scalars = loaded.PluginTagToContent("scalars")
    points = {
        tag: [[event.step, float(tensor_util.make_ndarray(event.tensor_proto))] for event in loaded.Tensors(tag)]
        for tag in scalars
    }
    print(json.dumps(points))


if __name__ == "__main__":
    main()
