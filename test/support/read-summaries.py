"""Prints the summaries of event files as TensorBoard's Python loader hands them to its plugins.

usage: read-summaries.py FILE [FILE...]

A line is {"file": PATH} before the summaries of a file, then one for each: its step, wall time, tag, plugin, data class,
the plugin's own data as its protobuf message says it, and the tensor: type, shape, and elements. Strings of a tensor are
text where they are UTF-8, and {"bytes": HEX} where they are not; NaN and infinities are words.
"""
import importlib
import json
import sys

import numpy as np
from google.protobuf import json_format
from tensorboard.backend.event_processing import event_file_loader
from tensorboard.compat.proto import summary_pb2
from tensorboard.util import tensor_util

# Where each plugin declares the message in its summaries' `plugin_data.content`.
PLUGIN_DATA = {
    "audio": ("audio", "AudioPluginData"),
    "histograms": ("histogram", "HistogramPluginData"),
    "hparams": ("hparams", "HParamsPluginData"),
    "images": ("image", "ImagePluginData"),
    "mesh": ("mesh", "MeshPluginData"),
    "pr_curves": ("pr_curve", "PrCurvePluginData"),
    "scalars": ("scalar", "ScalarPluginData"),
    "text": ("text", "TextPluginData"),
}


def plugin_data(data):
    # That of graphs is a version, as text.
    if data.plugin_name not in PLUGIN_DATA:
        return data.content.decode()
    folder, name = PLUGIN_DATA[data.plugin_name]
    message = getattr(importlib.import_module(f"tensorboard.plugins.{folder}.plugin_data_pb2"), name)
    return json_format.MessageToDict(message.FromString(data.content))


def element(value):
    if not isinstance(value, bytes):
        return value.item() if np.isfinite(value) else str(value)
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return {"bytes": value.hex()}


def summary(event, value):
    array = tensor_util.make_ndarray(value.tensor)
    return {
        "step": event.step,
        "wallTime": event.wall_time,
        "tag": value.tag,
        "plugin": value.metadata.plugin_data.plugin_name,
        "dataClass": summary_pb2.DataClass.Name(value.metadata.data_class),
        "pluginData": plugin_data(value.metadata.plugin_data),
        "type": "string" if array.dtype == np.object_ else str(array.dtype),
        "shape": list(array.shape),
        "elements": [element(item) for item in array.flatten()],
    }


def main():
    for path in sys.argv[1:]:
        print(json.dumps({"file": path}))
        for event in event_file_loader.EventFileLoader(path).Load():
            for value in event.summary.value:
                print(json.dumps(summary(event, value), sort_keys=True))


if __name__ == "__main__":
    main()
