"""Reads an s3:// logdir the way stock TensorBoard does and prints {key below it: text} as JSON."""

import json
import sys

from tensorboard.backend.event_processing import io_wrapper
from tensorboard.compat.tensorflow_stub.io import gfile

logdir = sys.argv[1]
found = {}
for directory in io_wrapper.GetLogdirSubdirectories(logdir):
    for path in io_wrapper.ListDirectoryAbsolute(directory):
        if not io_wrapper.IsTensorFlowEventsFile(path):
            continue
        with gfile.GFile(path, "rb") as file:
            assert file.exists() if hasattr(file, "exists") else gfile.exists(path)
            found[path[len(logdir) + 1 :]] = file.read().decode("utf-8")
            # At the end: InvalidRange, then HeadObject, then nothing new.
            assert file.read(16) == b""
print(json.dumps(found))
