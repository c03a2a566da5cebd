"""What TensorBoard loads at its start, from the entry points of the group `tensorboard_plugins`.

It adds no page. Where the logdir holds runs of W&B it names our data server in TENSORBOARD_DATA_SERVER_BINARY
(tensorboard/data/server_ingester.py), in this process alone. Every other logdir is left as it is.
"""

import importlib.metadata
import os
import sys

from tensorboard.plugins import base_plugin

from wandb_logdir import logdirs

VARIABLE = "TENSORBOARD_DATA_SERVER_BINARY"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_PROGRAM = "wandb-logdir-data-server"


class Loader(base_plugin.TBLoader):
    """Looks at the flags once they are parsed, before TensorBoard decides how it reads the logdir."""

    def fix_flags(self, flags):
        try:
            _fix_flags(flags)
        except base_plugin.FlagsError:
            raise
        except Exception as error:  # TensorBoard must start whatever goes wrong here.
            _note(f"runs of W&B are not shown: {error}")

    def load(self, context):
        return None


def _fix_flags(flags):
    if os.environ.get(VARIABLE) or flags.grpc_data_provider:
        _ask_this_machine_directly()
    logdir = getattr(flags, "logdir", "")
    if not logdir or flags.inspect or flags.version_tb or flags.grpc_data_provider:
        return
    if logdirs.is_on_server(logdir):
        _refuse_without_data_server(flags)
        _use_data_server(flags)
    elif not os.environ.get(VARIABLE):
        _look_at_path(flags, os.path.expanduser(logdir))


def _refuse_without_data_server(flags):
    for name, wrong in (("load_fast", "false"), ("detect_file_replacement", True)):
        if getattr(flags, name, None) == wrong:
            word = str(wrong).lower()
            raise base_plugin.FlagsError(
                f"{flags.logdir} is read through a data server, which --{name}={word} turns off: leave that flag out"
            )


def _look_at_path(flags, logdir):
    if logdirs.is_missing_project(logdir):
        _note(
            f"there is no folder {logdir}, so TensorBoard waits for one."
            f"{logdirs.nearest(logdir)}"
            f" For the project on the W&B server: tensorboard --logdir wandb:{logdir.rstrip('/')}"
        )
        return
    found = logdirs.contents(logdir)
    if found == "too much":
        _note(
            f"neither event files nor W&B runs among the first {logdirs.MAX_ENTRIES} entries of {logdir}."
            " If it holds runs, give a folder nearer to them"
        )
    if found != "runs":
        return
    if flags.load_fast == "false" or getattr(flags, "detect_file_replacement", None) is True:
        _note(f"{logdir} holds W&B runs, which --load_fast=false and --detect_file_replacement=true leave out")
        return
    _use_data_server(flags)


def _use_data_server(flags):
    """With load_fast=true, what keeps the data server from starting ends TensorBoard, and is shown. With auto,
    TensorBoard would go on without data."""
    if not os.environ.get(VARIABLE):
        os.environ[VARIABLE] = _installed_program()
    _ask_this_machine_directly()
    flags.load_fast = "true"


def _ask_this_machine_directly():
    """gRPC takes a proxy from the environment also for data servers on this machine, which no proxy elsewhere reaches.

    It reads `no_grpc_proxy`, or else `no_proxy`: what the user has there stays.
    """
    kept = os.environ.get("no_grpc_proxy", os.environ.get("no_proxy", ""))
    listed = [entry.strip() for entry in kept.split(",") if entry.strip()]
    added = [host for host in LOOPBACK if host not in listed]
    os.environ["no_grpc_proxy"] = ",".join(listed + added)


def _installed_program():
    """Where pip has put the console script; that differs between environments, `--user` and `--target`."""
    for file in importlib.metadata.files("wandb-logdir") or ():
        path = os.path.abspath(file.locate())
        if file.stem == _PROGRAM and os.access(path, os.X_OK):
            return path
    raise FileNotFoundError(f"{_PROGRAM} is not where pip put it: install wandb-logdir again")


def _note(text):
    print(f"wandb-logdir: {text}.", file=sys.stderr, flush=True)
