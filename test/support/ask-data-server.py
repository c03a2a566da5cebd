"""Asks a data server of TensorBoard's with TensorBoard's own stubs.

usage: ask-data-server.py ADDRESS

A line of stdin is a call, ["ReadScalars", {"plugin_filter": {"plugin_name": "scalars"}, ...}], its message as protobuf's
JSON has it. Each is answered by a line: {"answer": {...}} likewise, with NaN and infinities as strings and int64 as digits,
or {"refused": CODE} with gRPC's word for it.
"""
import json
import sys

import grpc
from google.protobuf import json_format
from tensorboard.data.proto import data_provider_pb2 as messages
from tensorboard.data.proto import data_provider_pb2_grpc as service

BIGGEST = [("grpc.max_receive_message_length", 256 * 1024 * 1024)]


def answer(stub, name, message):
    request = json_format.ParseDict(message, getattr(messages, f"{name}Request")())
    try:
        return {"answer": json_format.MessageToDict(getattr(stub, name)(request, timeout=60))}
    except grpc.RpcError as error:
        return {"refused": error.code().name}


def main():
    # As TensorBoard dials it.
    channel = grpc.secure_channel(sys.argv[1], grpc.local_channel_credentials(), BIGGEST)
    stub = service.TensorBoardDataProviderStub(channel)
    for line in sys.stdin:
        print(json.dumps(answer(stub, *json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
