"""Reads a webhdfs:// logdir the way stock TensorBoard does and prints {relative path: text} as JSON."""

import json
import sys

from tensorboard.compat.tensorflow_stub.io import gfile

logdir = sys.argv[1]
found = {}
for directory, _, names in gfile.walk(logdir):
    for name in names:
        path = f"{directory}/{name}"
        with gfile.GFile(path, "rb") as file:
            found[path[len(logdir) + 1 :]] = file.read().decode("utf-8")
print(json.dumps(found))
