"""Prints what TensorBoard's Rust data server holds of a log directory, as TensorBoard itself starts and asks it.

usage: read-data-server.py LOGDIR SUMMARIES

Waits until it holds as many SUMMARIES, or for some seconds. A line is {"run": NAME} before the summaries of a run, then one
for each, as read-summaries.py prints them. Scalars have no type and shape: the server hands them out as numbers.
"""
import importlib.util
import json
import pathlib
import sys
import time

import numpy as np
from tensorboard import context
from tensorboard.data import server_ingester
from tensorboard.util import grpc_util

WAIT_SECONDS = 15
MAX_POINTS = 1000
KINDS = {
    "DATA_CLASS_SCALAR": "scalars",
    "DATA_CLASS_TENSOR": "tensors",
    "DATA_CLASS_BLOB_SEQUENCE": "blob_sequences",
}

spec = importlib.util.spec_from_file_location(
    "read_summaries", pathlib.Path(__file__).with_name("read-summaries.py")
)
read_summaries = importlib.util.module_from_spec(spec)
spec.loader.exec_module(read_summaries)


def started(logdir):
    ingester = server_ingester.SubprocessServerDataIngester(
        server_ingester.get_server_binary(),
        logdir,
        reload_interval=1,
        channel_creds_type=grpc_util.ChannelCredsType.LOCAL,
    )
    ingester.start()
    # The server ends with its ingester's standard input.
    return ingester


class PluginData:
    """As it stands in a summary."""

    def __init__(self, plugin_name, content):
        self.plugin_name = plugin_name
        self.content = content


def tensor(array):
    return {
        "type": "string" if array.dtype == np.object_ else str(array.dtype),
        "shape": list(array.shape),
        "elements": [read_summaries.element(item) for item in array.flatten()],
    }


def value_of(provider, data_class, point):
    if data_class == "DATA_CLASS_SCALAR":
        return {"elements": [read_summaries.element(np.float64(point.value))]}
    if data_class == "DATA_CLASS_TENSOR":
        return tensor(point.numpy)
    ctx = context.RequestContext()
    blobs = [provider.read_blob(ctx, blob_key=value.blob_key) for value in point.values]
    return tensor(np.array(blobs, dtype=np.object_))


def summaries(provider, plugin, data_class):
    asked = {"experiment_id": "", "plugin_name": plugin}
    ctx = context.RequestContext()
    kind = KINDS[data_class]
    listed = getattr(provider, f"list_{kind}")(ctx, **asked)
    read = getattr(provider, f"read_{kind}")(ctx, downsample=MAX_POINTS, **asked)
    for run, tags in listed.items():
        for tag, series in tags.items():
            for point in read[run][tag]:
                yield run, {
                    "step": point.step,
                    "wallTime": point.wall_time,
                    "tag": tag,
                    "plugin": plugin,
                    "dataClass": data_class,
                    "pluginData": read_summaries.plugin_data(PluginData(plugin, series.plugin_content)),
                    **value_of(provider, data_class, point),
                }


def held(provider):
    ctx = context.RequestContext()
    for plugin in provider.list_plugins(ctx, experiment_id=""):
        for data_class in KINDS:
            yield from summaries(provider, plugin, data_class)


def main():
    ingester = started(sys.argv[1])
    end = time.monotonic() + WAIT_SECONDS
    while True:
        found = list(held(ingester.data_provider))
        if len(found) >= int(sys.argv[2]) or time.monotonic() > end:
            break
        time.sleep(0.1)
    for run in sorted({run for run, _ in found}):
        print(json.dumps({"run": run}))
        for of, told in found:
            if of == run:
                print(json.dumps(told, sort_keys=True))


if __name__ == "__main__":
    main()
