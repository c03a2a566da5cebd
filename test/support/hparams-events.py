"""Prints events of TensorBoard's HParams plugin, as its own `summary_v2` makes them, in hexadecimal.

usage: hparams-events.py JSON [JSON...]

An argument is {"wall": SECONDS, "step": N, "start": {NAME: VALUE}} or {"wall", "step", "status": NAME}. TensorBoard's
files name no data class, its loaders add it; here it is added. Of several hyperparameters the order is that of names:
Python's protobuf writes maps in any.
"""
import json
import sys

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2, summary_v2


def summary_of(spec):
    if "start" in spec:
        return summary_v2.hparams_pb(spec["start"], trial_id="", start_time_secs=spec["wall"])
    end = plugin_data_pb2.SessionEndInfo(status=api_pb2.Status.Value(spec["status"]), end_time_secs=spec["wall"])
    # `summary.session_end_pb` does this, in a module that needs TensorFlow.
    data = plugin_data_pb2.HParamsPluginData(session_end_info=end)
    return summary_v2._summary_pb(metadata.SESSION_END_INFO_TAG, data)


def main():
    for argument in sys.argv[1:]:
        spec = json.loads(argument)
        summary = summary_of(spec)
        of = summary.value[0].metadata
        of.data_class = summary_pb2.DATA_CLASS_TENSOR
        content = plugin_data_pb2.HParamsPluginData.FromString(of.plugin_data.content)
        of.plugin_data.content = content.SerializeToString(deterministic=True)
        event = event_pb2.Event(wall_time=spec["wall"], step=spec["step"], summary=summary)
        print(event.SerializeToString().hex())


if __name__ == "__main__":
    main()
