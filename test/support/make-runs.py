#!/usr/bin/env python3
"""Logs real W&B runs with the real SDK, and writes down what was logged.

    make-runs.py KIND [KIND...] --out DIR --truth DIR [--online] [--rows N] [--metrics N] [--runs N] [--seconds S]
                 [--id ID]

Runs go to OUT/wandb/offline-run-*; with --online to OUT/wandb/run-* and to the server that WANDB_BASE_URL and
WANDB_API_KEY name. What was passed to `run.log` goes to TRUTH/<run id>.jsonl, one file for each run, with more
lines appended when a run is resumed:

    {"kind": "run", "id", "name", "entity", "project", "group", "jobType", "tags", "notes", "config", "startedAt"}
    {"kind": "row", "step": N, "values": {...}}      each call; calls of one step merge, later ones win
    {"kind": "dropped", "step": N, "values": {...}}  a call that the SDK ignores: its step lies behind
    {"kind": "exit", "code": N}                      absent when the run was killed
    {"kind": "kept", "id": ID, "step": N}            rows begin anew, with those of a run up to a step
    {"kind": "refused", "values": {...}, "reason"}   a call that the SDK fails at, in its words
    {"kind": "event", "writer", "step": N, "tag", "value"}
                                                     what a writer of TensorBoard's own wrote into its folder; of a
                                                     histogram the counts

Numbers that JSON lacks stand as {"float": "NaN"}, {"float": "Infinity"} and {"float": "-Infinity"}, media and lists of
media as {"media": "image-file"} with the `_type` they are logged under. A chart stands under the key of its table. Rows of
`hostmedia` and events have "digests" beside, the SHA-256 of each picture that was handed over; tables of `hostmedia` have
"words", a cell that no other table has.
"""

import argparse
import hashlib
import io
import json
import math
import os
import random
import signal
import struct
import subprocess
import sys
import tempfile
import time

import wandb
from wandb.sdk.data_types.base_types.wb_value import WBValue

ENTITY = "acme"

# Where a list of one type of media is logged as one value (`seq_to_json`), by the type of its items.
LIST_TYPES = {
    "image-file": "images/separated", "audio-file": "audio", "video-file": "videos", "html-file": "html",
    "object3D-file": "object3D", "molecule-file": "molecule",
}  # fmt: skip
# Of longer arrays the SDK logs a histogram.
MAX_ARRAY = 32


def media_type(value):
    """The `_type` that a media value, or a list of them, is logged under; None for other values."""
    if isinstance(value, wandb.Table):
        return "incremental-table-file" if value.log_mode == "INCREMENTAL" else "table-file"
    if isinstance(value, WBValue):
        return value._log_type
    if isinstance(value, list) and value and all(isinstance(item, WBValue) for item in value):
        return LIST_TYPES.get(media_type(value[0]))
    return "histogram" if getattr(value, "size", 0) > MAX_ARRAY else None


def as_row(values):
    """A logged row as JSON text can hold it."""
    charts = [key for key, value in values.items() if isinstance(value, wandb.plot.CustomChart)]
    tables = {f"{key}_table": values[key].table for key in charts}
    return as_json({key: value for key, value in values.items() if key not in charts} | tables)


def as_json(value):
    """A logged value as JSON text can hold it; numpy scalars become Python's own."""
    media = media_type(value)
    if media is not None:
        return {"media": media}
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, dict):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"}
    return value


class TruthfulRun:
    """A run whose every logged row is also written to the truth folder."""

    def __init__(
        self, options, *, project="research", stats=False, console="off", settings=None, kept=None, **init
    ):  # fmt: skip
        os.makedirs(options.out, exist_ok=True)
        os.makedirs(options.truth, exist_ok=True)
        # Unless told otherwise the SDK sends what it has every 15 s.
        haste = {"x_file_stream_transmit_interval": 1.0} if options.online else {}
        chosen = wandb.Settings(
            silent=True, console=console, x_disable_stats=not stats, x_stats_sampling_interval=1.0, **haste,
            **(settings or {}),
        )  # fmt: skip
        self.run = wandb.init(
            mode="online" if options.online else "offline", dir=options.out, settings=chosen, entity=ENTITY,
            project=project, **init,
        )  # fmt: skip
        self.truth = open(os.path.join(options.truth, f"{self.run.id}.jsonl"), "a", encoding="utf-8")
        self._write(
            kind="run", id=self.run.id, name=self.run.name, entity=ENTITY, project=project, group=self.run.group,
            jobType=self.run.job_type, tags=list(self.run.tags or []), notes=self.run.notes,
            config=as_json(dict(self.run.config)), startedAt=self.run.start_time,
        )  # fmt: skip

        if kept is not None:
            self._write(kind="kept", id=kept[0], step=kept[1])

    def log(self, values, step=None, commit=None):
        # A resumed run tells its step only after its first row.
        next_step = max(self.run.step, self.run.starting_step)
        step_of_row = next_step if step is None else step
        kind = "row" if step_of_row >= next_step else "dropped"
        self._write(kind=kind, step=step_of_row, values=as_row(values))
        self.run.log(values, step=step, commit=commit)

    def offer(self, values, **beside):
        """Logs a row that the SDK may refuse."""
        line = {"values": as_row(values), **beside}
        step = self.run.step
        try:
            self.run.log(values)
        except Exception as error:
            self._write(kind="refused", reason=f"{type(error).__name__}: {error}", **line)
        else:
            self._write(kind="row", step=step, **line)

    def note(self, **event):
        """What was written beside the run."""
        self._write(kind="event", **event)

    def finish(self, code=0):
        self.run.finish(exit_code=code)
        self._write(kind="exit", code=code)
        self.truth.close()

    def _write(self, **line):
        self.truth.write(json.dumps(line) + "\n")
        self.truth.flush()


def scalars(options):
    """Every kind of plain value: nested keys, NaN and infinities, booleans, strings, gaps in steps."""
    import numpy as np

    run = TruthfulRun(
        options, id="scalars1", name="scalar run Ünïcode", group="g1", job_type="train", tags=["base", "two words"],
        notes="several\nlines of *notes*", stats=True, console="wrap",
        config={"lr": 1e-3, "opt": {"name": "adam", "betas": [0.9, 0.999]}, "flag": True, "none": None, "big": 2**53 + 1},
    )  # fmt: skip
    run.run.define_metric("val/*", step_metric="epoch", summary="min")
    run.run.define_metric("acc", summary="max,mean,last")
    oddities = {
        5: {"loss": math.nan},
        6: {"loss": math.inf},
        7: {"loss": -math.inf},
        8: {"text": "a string é😀\nsecond line"},
        9: {"boolean": True, "float32": np.float32(0.1), "int64": np.int64(7)},
        10: {"list": [1, 2, 3], "none": None, "empty": {}},
        11: {"bigint": 2**60 + 3, "scalar array": np.array(3.5)},
        12: {"float16": np.float16(1.5), "tiny": 5e-324},
    }
    for i in range(50):
        row = {"loss": 1 / (i + 1), "acc": i / 50, "train": {"a": i, "b": {"c": i * 2.5}}}
        if i % 10 == 0:
            row |= {"val/loss": 2 / (i + 1), "epoch": i // 10}
        run.log(row | oddities.get(i, {}))
    for step, value in ((1000, 1), (1000, 2), (1500, 3)):
        run.log({"gap": value}, step=step)
    run.log({"first half": 1}, commit=False)
    run.log({"second half": 2})
    run.run.summary["final"] = 0.123
    run.run.config.update({"late": 5}, allow_val_change=True)
    time.sleep(2.5)  # Two samples of the machine's own metrics.
    run.finish()


def media(options):
    """Things that are files or objects of W&B's own, every type three times."""
    import numpy as np

    run = TruthfulRun(options, id="media001", name="media")
    growing = wandb.Table(columns=["step", "answer"], log_mode="INCREMENTAL")
    with tempfile.TemporaryDirectory() as folder:
        for i in range(3):
            pixels = np.full((8, 8, 3), 40 * i, dtype=np.uint8)
            run.log({"loss": 1 / (i + 1), "img": wandb.Image(pixels, caption=f"image {i}")})
            run.log({"hist": wandb.Histogram(np.arange(10) * i), "eval": {"hist": wandb.Histogram([1, 2, 2])}})
            run.log({"table": wandb.Table(columns=["id", "text"], data=[[i, f"row {i}"], [i + 1, "é😀"]])})
            run.log({"html": wandb.Html(f"<b>{i}</b>"), "text": f"step {i}"})
            run.log(histograms(i) | pictures(i))
            run.log(clips(i, folder))
            growing.add_data(i, f"answer {i}")
            run.log(tables(i) | {"growing": growing})
            run.log(objects(i, folder))
            run.log({"list": [i, "two", None], "none": {}, "dict": {"of": {"text": f"deep {i}", "list": [[i]]}}})
    run.finish()


def histograms(i):
    import numpy as np

    rnd = np.random.default_rng(i)
    counts = (np.array([0, 3, 0, 5 + i, 1, 0]), np.array([-3.0, -2.0, -1.0, 0.5, 1.0, 4.0, 9.0]))
    return {"hists/numpy": wandb.Histogram(np_histogram=counts), "hists/array": rnd.normal(i, 1, 500)}


def pictures(i):
    """Pictures that differ in every pixel, so that none is taken for another."""
    import numpy as np

    rnd = np.random.default_rng(100 + i)

    def picture(width=12, height=8, **words):
        return wandb.Image(rnd.integers(0, 255, (height, width, 3), dtype=np.uint8), **words)

    blocks = np.kron(rnd.integers(0, 255, (6, 8, 3), dtype=np.uint8), np.ones((40, 40, 1), dtype=np.uint8))
    mask = np.zeros((240, 320), dtype=np.uint8)
    mask[100:200, 40:160] = 1
    box = {
        "position": {"minX": 0.4, "maxX": 0.9, "minY": 0.1, "maxY": 0.6}, "class_id": 2, "box_caption": "car 0.9",
        "scores": {"sure": 0.9},
    }  # fmt: skip
    return {
        "pictures/captioned": [picture(caption=f"picture {n} of *{i}*") for n in range(3)],
        # The last one is shorter, as the last batch of a data set often is.
        "pictures/plain": [picture(4, 4), picture(6, 5)][: 1 if i == 2 else 2],
        "pictures/jpeg": picture(16, 16, file_type="jpg"),
        "pictures/drawn": wandb.Image(
            blocks, masks={"prediction": {"mask_data": mask, "class_labels": {0: "background", 1: "grass"}}},
            boxes={"prediction": {"box_data": [box], "class_labels": {2: "car"}}},
        ),
        "pictures": {"deep": {"image": picture(caption="deep down")}},
    }  # fmt: skip


def clips(i, folder):
    """Sound and video."""
    import numpy as np
    from PIL import Image

    def tone(hertz, **words):
        times = np.arange(2000) / 8000
        return wandb.Audio(np.sin(2 * np.pi * hertz * times).astype(np.float32), sample_rate=8000, **words)

    rnd = np.random.default_rng(200 + i)
    frames = [Image.fromarray(rnd.integers(0, 255, (16, 16, 3), dtype=np.uint8)) for _ in range(3)]
    gif, mp4, ogg = (os.path.join(folder, f"clip{i}.{extension}") for extension in ("gif", "mp4", "ogg"))
    frames[0].save(gif, save_all=True, append_images=frames[1:], duration=100, loop=0)
    for path in (mp4, ogg):
        with open(path, "wb") as file:
            file.write(b"any bytes %d" % i)
    return {
        "sounds/beep": wandb.Audio(ogg, caption="no WAV") if i == 2 else tone(220 * (i + 1), caption=f"beep {i}"),
        "sounds/list": [tone(330 + i, caption="low"), tone(660 + i)],
        "videos/gif": wandb.Video(gif, caption="noise", format="gif"),
        "videos/mp4": wandb.Video(mp4, format="mp4"),
    }


def tables(i):
    import numpy as np

    pixels = np.full((4, 4, 3), i, dtype=np.uint8)
    steps = [[x, x * x + i] for x in range(5)]
    curve = [[name, 1 - x / 10 - i / 100, x / 10] for name in ("cat", "dog/wolf") for x in range(6)]
    odd = [[1, 2.5, None], [2**60, math.nan, "a|b *c* <i>d</i>"]]
    return {
        "tables/odd": wandb.Table(columns=["x", "y|z", "note"], data=odd, allow_mixed_types=True),
        "tables/media": wandb.Table(columns=["id", "image"], data=[[i, wandb.Image(pixels)]]),
        "line": wandb.plot.line(wandb.Table(columns=["x", "y"], data=steps), "x", "y", title="A line"),
        "confusion": wandb.plot.confusion_matrix(y_true=[0, 1, 1], preds=[0, 1, 0], class_names=["a", "b"]),
        # What `wandb.plot.pr_curve` makes of labels and probabilities with scikit-learn.
        "pr": wandb.plot_table(
            "wandb/area-under-curve/v0", wandb.Table(columns=["class", "precision", "recall"], data=curve),
            {"x": "recall", "y": "precision", "class": "class"}, {"title": "Precision v. Recall"},
        ),
    }  # fmt: skip


TETRAHEDRON = "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 %s\nf 1 2 3\nf 1 2 4\nf 1 3 4\nf 2 3 4\n"
MOLECULE = "ATOM      1  N   ALA A   1      11.104   6.134  -6.504  1.00  0.00           N\nEND\n"


def objects(i, folder):
    """Things in three dimensions, and graphs."""
    import numpy as np

    def file(name, content):
        path = os.path.join(folder, name)
        with open(path, "wb") as opened:
            opened.write(content)
        return path

    rnd = np.random.default_rng(300 + i)
    points = rnd.uniform(-1, 1, (30, 3)).round(3)
    colored = np.hstack([points, rnd.integers(0, 255, (30, 3))])
    obj = file(f"solid{i}.obj", (TETRAHEDRON % (i + 1)).encode())
    return {
        "objects/points": wandb.Object3D(points),
        "objects/colored": wandb.Object3D(colored),
        "objects/list": [wandb.Object3D(points * 2), wandb.Object3D(points)],
        "objects/obj": wandb.Object3D(obj),
        "objects/glb": wandb.Object3D(file(f"triangle{i}.glb", glb([(0, 0, 0), (1 + i, 0, 0), (0, 1, 0)]))),
        "molecule": wandb.Molecule(file(f"atom{i}.pdb", MOLECULE.encode())),
        "graph": graph(with_shortcut=i == 2),
    }


def glb(corners):
    """Binary glTF of one triangle: positions alone, as the format's specification has it."""
    positions = b"".join(struct.pack("<3f", *corner) for corner in corners)
    accessor = {
        "bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3", "min": [0, 0, 0],
        "max": [max(axis) for axis in zip(*corners)],
    }  # fmt: skip
    scene = {
        "asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}], "accessors": [accessor],
        "bufferViews": [{"buffer": 0, "byteLength": len(positions)}], "buffers": [{"byteLength": len(positions)}],
    }  # fmt: skip
    text = json.dumps(scene).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(positions), b"BIN\0") + positions
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def graph(with_shortcut):
    """Two branches that meet, or three."""
    graph = wandb.Graph()
    sizes = {"input": [None, 8], "left": [None, 4], "right": [None, 4], "joined": [None, 2]}
    for name, size in sizes.items():
        graph.add_node(wandb.data_types.Node(id=name, name=f"model.{name}", class_name="Dense", output_shape=size))
    edges = [("input", "left"), ("input", "right"), ("left", "joined"), ("right", "joined")]
    for start, end in [*edges, *([("input", "joined")] if with_shortcut else [])]:
        graph.add_edge(graph[start], graph[end])
    return graph


def empty(options):
    """Runs without a row: one that did nothing, one that has a config and a summary alone."""
    TruthfulRun(options, id="empty001", name="nothing").finish()
    run = TruthfulRun(options, id="empty002", name="summary alone", config={"lr": 0.1})
    run.run.summary["best"] = 3
    run.finish()


def sparse(options):
    """Rows of few keys each at steps far apart, calls that come too late, keys whose values change their type."""
    import numpy as np

    run = TruthfulRun(options, id="sparse01", name="sparse")
    rnd = random.Random(7)
    mixed = [1, "one", 2.5, True, math.nan, None, [1, 2], {"part": 1}, "NaN", -0.0]
    lists = [[], [1.5, math.nan, -math.inf], ["a", "NaN"], [[1, 2], [3]], [{"a": 1, "b": None}, {"a": "x"}], [None]]
    oddities = [math.nan, math.inf, -math.inf, -0.0, 5e-324, 1.7976931348623157e308, 2**53 + 1, -(2**60), 0.1 + 0.2]
    step = 0
    for i in range(400):
        row = {f"key{key:02d}": rnd.gauss(0, 10.0 ** rnd.randint(-12, 12)) for key in rnd.sample(range(60), i % 4)}
        if i % 7 == 0:
            row["mixed"] = mixed[i // 7 % len(mixed)]
        if i % 11 == 0:
            row["list"] = lists[i // 11 % len(lists)]
        if i % 13 == 0:
            row |= {"odd": oddities[i // 13 % len(oddities)], "deep": {"a": {"b": {"c": {"d": i}}}}}
        if i == 200:
            row["array"] = np.arange(100)
        run.log(row, step=step)
        if i % 50 == 49:
            run.log({"late": i}, step=step - 1)
        step += rnd.choice([1, 1, 2, 100, 10_000])
    run.finish()


def sweep(options):
    """Many short runs of one project, in groups; every tenth fails."""
    for number in range(options.runs):
        rnd = random.Random(number)
        config = {"lr": 10 ** rnd.uniform(-5, -1), "batch": rnd.choice([16, 32, 64]), "seed": number}
        run = TruthfulRun(
            options, project="sweeps", id=f"sw{number:03d}", name=f"sweep-run-{number}", group=f"exp{number % 4}",
            job_type=("train", "eval")[number % 2], tags=[f"t{number % 3}", "sweep"], config=config,
        )  # fmt: skip
        for i in range(100):
            loss = math.exp(-i * config["lr"] * 10) + rnd.random() * 0.01
            run.log({"loss": loss, "acc": 1 - math.exp(-i / 50)})
        run.finish(1 if number % 10 == 9 else 0)


def wide(options):
    """One run of a thousand series."""
    run = TruthfulRun(options, id="wide0001", name="wide")
    for i in range(100):
        run.log({f"layer{j // 10}/unit{j % 10}": math.sin(i / 10 + j) for j in range(1000)})
    run.finish()


def long(options):
    """One run of many rows: `--rows`, `--metrics`."""
    run = TruthfulRun(options, id=f"long{options.rows}x{options.metrics}", name="long")
    rnd = random.Random(1)
    for i in range(options.rows):
        run.log({f"m/{k}": math.sin(i / 1000 + k) + rnd.random() * 0.1 for k in range(options.metrics)})
    run.finish()


def resume(options):
    """One run id logged by three processes' worth of segments: steps overlap, then go on."""
    for segment, (start, end, explicit) in enumerate([(0, 60, False), (0, 30, False), (40, 100, True)]):
        run = TruthfulRun(options, id="resume01", name="resumed run", resume="allow", config={"segment": segment})
        for i in range(start, end):
            run.log({"loss": segment * 1000 + i}, step=i if explicit else None)
        run.finish()
        time.sleep(1.1)  # Directory names have a resolution of one second.


def branches(options):
    """Runs that go back, which takes a server: one rewound, one forked off it, one started again from nothing."""
    log_losses(TruthfulRun(options, id="branch01", name="rewound"), 30)
    log_losses(TruthfulRun(options, id="branch01", resume_from="branch01?_step=10", kept=("branch01", 10)), 5)
    log_losses(TruthfulRun(options, id="forked01", fork_from="branch01?_step=5", kept=("branch01", 5)), 5)
    log_losses(TruthfulRun(options, id="again001", name="started again"), 20)
    log_losses(TruthfulRun(options, id="again001", name="started again", kept=("again001", -1)), 5)


def log_losses(run, count):
    for i in range(count):
        run.log({"loss": random.Random(i).random() + run.run.starting_step})
    run.finish()


def live(options):
    """A run that trains for `--seconds`, logging five rows a second."""
    run = TruthfulRun(options, id=options.id or "live0001", name="live")
    end = time.time() + options.seconds
    i = 0
    while time.time() < end:
        # The text fills the SDK's 32 KiB blocks, so that rows reach the disk while the run goes on.
        run.log({"loss": 1 / (i + 1), "time": time.time(), "log": "x" * 4000})
        i += 1
        time.sleep(0.2)
    run.finish()


def crash(options):
    """A run whose processes are killed while it logs: no exit record, a torn tail."""
    words = [sys.executable, __file__, "endless", *where(options)]
    child = subprocess.Popen(words, start_new_session=True)
    wait_for_row(os.path.join(options.truth, "crash001.jsonl"), child)
    kill_tree_after(child, seconds=4)


def wait_for_row(truth, child):
    """Waits until a child has logged something: the SDK takes its time to start."""
    while child.poll() is None:
        if os.path.exists(truth) and '"kind": "row"' in open(truth, encoding="utf-8").read():
            return
        time.sleep(0.1)


def endless(options):
    """What `crash` kills."""
    run = TruthfulRun(options, id="crash001", name="crashed", config={"x": 1})
    i = 0
    while True:
        run.log({"loss": 1 / (i + 1), "padding": "x" * 200})
        i += 1
        time.sleep(0.002)


HOSTILE_KEYS = [
    "a/b/c", "a.b.c", "with space", "emoji 😀", "../../etc/passwd", "..", ".", "/", "//lead", "tab\there",
    "new\nline", "quote\"'`<b>", "ünï/çødé", "日本語/損失", "x" * 300, "%2e%2e%2f", "nul_\x00_nul", "back\\slash",
    "a:b|c?*", "__proto__", "constructor", "_private", "CON", "a/", "loss", "Loss", "é", "e\u0301", "\u202ertl",
    " lead and trail ", "{json}", "[0]", "a.b", "", "0", "1e3",
]  # fmt: skip


def hostile(options):
    """Names and values that break naive programs."""
    run = TruthfulRun(
        options, project="hostile", id="hostile-1", name="../../evil name 😀 <script>alert(1)</script>",
        group="gr/../oup", tags=["a/b", "😀", "x" * 60],
        config={"a/b": 1, "..": {"__proto__": {"x": 1}}, "k" * 200: 2, "html": "<img src=x onerror=alert(1)>"},
    )  # fmt: skip
    for i in range(5):
        for key in HOSTILE_KEYS:
            run.log({key: float(i)})
        run.log({"nest": {"a/b": {"c.d": {"..": i}}}, "nest.a": i})
        run.log({"long text": "y" * 50_000})
    run.finish()


# Keys that become paths of files: they climb, are absolute, are no names of files everywhere, or are too long for one.
HOSTILE_PATHS = [
    "../../x", "..", ".", "./x", "a/../../../../x", "/etc/passwd", "//lead", "/", "a/b", "a/", "a:b|c?*", "new\nline", "tab\there",
    "emoji 😀", "é/x", "e\u0301/x", "back\\slash", "..\\..\\x", "%2e%2e/x", "quote\"'`<b>", "\u202ertl", " lead and trail ",
    "__proto__", "constructor/x", "@files", "#?&=", "-rf", "%" * 90, "x" * 300, "nul_\x00_nul", "CON", "~", "control\x01\x7f",
    "wandb/overview", "n" * 100, "é" * 100, "d/" * 60 + "x",
]  # fmt: skip


def hostmedia(options):
    """Files under keys that break naive paths: of each key a picture, a list of two, and a table."""
    run = TruthfulRun(options, project="hostile", id="hostmedia", name="hostile media")
    with tempfile.TemporaryDirectory() as folder:
        for number, key in enumerate(HOSTILE_PATHS):
            first, *others = [picture_file(folder, 3 * number + i) for i in range(3)]
            run.offer({key: wandb.Image(first)}, digests=digests([first]))
            run.offer({f"list/{key}": [wandb.Image(path) for path in others]}, digests=digests(others))
            data = [[number, f"table {number}"]]
            table = wandb.Table(columns=["number", "words"], data=data)
            run.offer({f"table/{key}": table}, digests=[], words=data[0][1])
    run.finish()


def picture_file(folder, number):
    path = os.path.join(folder, f"{number}.png")
    with open(path, "wb") as file:
        file.write(noise(number))
    return path


def noise(number):
    """A PNG that differs from those of other numbers."""
    import numpy as np
    from PIL import Image

    png = io.BytesIO()
    Image.fromarray(np.random.default_rng(number).integers(0, 255, (8, 8, 3), dtype=np.uint8)).save(png, "png")
    return png.getvalue()


def digests(paths):
    return [hashlib.sha256(open(path, "rb").read()).hexdigest() for path in paths]


def tb(options):
    """Runs with event files of TensorBoard's own: writers in two folders, in a run that was resumed; and one writer."""
    from tensorboard.summary.writer import event_file_writer

    def write(run, folder, writer, steps):
        file = event_file_writer.EventFileWriter(os.path.join(options.out, "runs", folder))
        write_events(run, file, writer, steps)

    for first in (0, 60):
        run = TruthfulRun(options, id="tbnested", name="two folders", resume="allow", sync_tensorboard=True)
        for i in range(3):
            run.log({"own": first + i})
        write(run, "nested/train", "train", range(first, first + 60, 3))
        write(run, "nested/eval", "eval", range(first, first + 60, 20))
        run.finish()
        time.sleep(1.1)  # Directory names have a resolution of one second.

    # Of one folder alone, the SDK waits ten seconds for another unless it is told that it is the root.
    wandb.tensorboard.unpatch()
    wandb.tensorboard.patch(root_logdir=os.path.join(options.out, "runs", "single"))
    run = TruthfulRun(options, id="tbsingle", name="one folder")
    write(run, "single", "", range(0, 40, 2))
    run.finish()
    wandb.tensorboard.unpatch()


def write_events(run, file, writer, steps):
    """What a training tells a writer of its own, an event for each value, as PyTorch's `SummaryWriter` has it."""
    for step in steps:
        loss = math.nan if step == 30 else 1 / (step + 1)
        for tag, told, value in (
            ("loss", loss, {"simple_value": loss}), ("score", step / 8, tensor_of("scalars", step / 8)),
            ("note", f"step {step} of {writer}", tensor_of("text", f"step {step} of {writer}")),
            ("weights", counts_of(step), {"histo": histogram_of(step)}),
            ("sample", {"media": "images/separated"}, {"image": image_of(step)}),
        ):  # fmt: skip
            file.add_event(event_of(step, tag, value))
            pictures = [value["image"].encoded_image_string] if "image" in value else []
            digests = [hashlib.sha256(picture).hexdigest() for picture in pictures]
            run.note(writer=writer, step=step, tag=tag, value=as_json(told), digests=digests)
    file.close()


def event_of(step, tag, value):
    from tensorboard.compat.proto import event_pb2, summary_pb2

    summary = summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag=tag, **value)])
    return event_pb2.Event(wall_time=time.time(), step=step, summary=summary)


def tensor_of(plugin, value):
    """A value as TensorFlow 2 has it, which needs no TensorFlow."""
    from tensorboard.compat.proto import summary_pb2
    from tensorboard.util.tensor_util import make_tensor_proto

    metadata = summary_pb2.SummaryMetadata(plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name=plugin))
    tensor = make_tensor_proto(value, dtype="float32" if plugin == "scalars" else None)
    return {"tensor": tensor, "metadata": metadata}


def counts_of(step):
    return [step + 1, 2, 0, 3]


def histogram_of(step):
    from tensorboard.compat.proto import summary_pb2

    counts = counts_of(step)
    return summary_pb2.HistogramProto(
        min=0, max=4, num=sum(counts), sum=2 * sum(counts), sum_squares=5 * sum(counts), bucket=counts,
        bucket_limit=[1, 2, 3, 4],
    )  # fmt: skip


def image_of(number):
    from tensorboard.compat.proto import summary_pb2

    return summary_pb2.Summary.Image(height=8, width=8, colorspace=3, encoded_image_string=noise(1000 + number))


# Keeps what tells of the machine out of the log: paths, hardware, host name.
NEUTRAL = {"host": "workstation", "disable_git": True, "x_disable_meta": True, "disable_code": True}


def examples(options):
    """The recorded runs in examples/: two projects with believable curves."""
    recipes = [("baseline", 0.1, 64), ("cosine-schedule", 0.1, 64), ("small-batch", 0.05, 16), ("high-rate", 3.0, 64)]
    for number, (name, rate, batch) in enumerate(recipes):
        classify(options, number, name, rate, batch)
    language_model(options, segments=[(0, 350), (300, 600)])
    words = [sys.executable, __file__, "abandoned", *where(options)]
    kill_tree_after(subprocess.Popen(words, start_new_session=True), seconds=8)


def classify(options, number, name, rate, batch):
    """An image classifier; at too high a rate it diverges and its script fails."""
    rnd = random.Random(number)
    run = TruthfulRun(
        options, project="image-classifier", id=f"imgcls{number:02d}", name=name, group="resnet-18",
        tags=["cifar-10"], notes="Learning-rate comparison.", settings=NEUTRAL, stats=number == 0,
        config={"learning_rate": rate, "batch_size": batch, "optimizer": {"name": "sgd", "momentum": 0.9}, "epochs": 12},
    )  # fmt: skip
    diverges = rate > 1
    for i in range(90 if diverges else 300):
        progress = i / 300
        speed = 5 * (1 + 0.3 * (batch < 64))
        loss = 0.25 + 2.05 * math.exp(-speed * progress) + rnd.gauss(0, 0.5 / math.sqrt(batch))
        if diverges:
            loss = math.nan if i > 80 else 2.3 * math.exp(i / 20)
        schedule = 0.5 * (1 + math.cos(math.pi * progress)) if "cosine" in name else 0.1 ** (i // 100)
        row = {"train/loss": loss, "train/accuracy": max(0.1, 0.96 - 0.86 * math.exp(-speed * progress)), "lr": rate * schedule}
        if i % 25 == 24 and not diverges:
            row |= {"val/loss": loss + 0.08 + 0.1 * progress, "val/accuracy": row["train/accuracy"] - 0.03, "epoch": i // 25}
        run.log(row)
    if number == 0:
        time.sleep(6)  # Some samples of the machine's own metrics.
    run.finish(1 if diverges else 0)


def language_model(options, segments):
    """A language model stopped at one point and resumed from an earlier checkpoint."""
    for segment, (start, end) in enumerate(segments):
        rnd = random.Random(100 + segment)
        run = TruthfulRun(
            options, project="language-model", id="lm-small", name="small-4-layers", resume="allow", settings=NEUTRAL,
            tags=["tinystories"], config={"layers": 4, "width": 256, "context": 512, "learning_rate": 6e-4},
        )  # fmt: skip
        for i in range(start, end):
            loss = 1.6 + 6.4 * (1 + i / 12) ** -0.7 + rnd.gauss(0, 0.03)
            row = {"loss": loss, "perplexity": math.exp(loss), "grad_norm": 0.4 + abs(rnd.gauss(0, 0.2)) + 3 / (i + 1)}
            if i % 100 == 99:
                row["sample"] = f"Once upon a time there was a model of {i + 1} steps."
            run.log(row, step=i)
        run.finish()
        time.sleep(1.1)


def abandoned(options):
    """Logs until it is killed."""
    run = TruthfulRun(
        options, project="language-model", id="lm-wide", name="wide-8-layers", tags=["tinystories"],
        settings=NEUTRAL,
        config={"layers": 8, "width": 512, "context": 512, "learning_rate": 3e-4},
    )  # fmt: skip
    for i in range(400):
        loss = 1.4 + 6.6 * (1 + i / 15) ** -0.7 + random.Random(i).gauss(0, 0.03)
        run.log({"loss": loss, "perplexity": math.exp(loss), "grad_norm": 0.4 + 3 / (i + 1)}, step=i)
    time.sleep(600)


def where(options):
    """The words that send what a child process logs to the same place."""
    return ["--out", options.out, "--truth", options.truth, *(["--online"] if options.online else [])]


def kill_tree_after(child, seconds):
    """Kills a child and what it started, as a power cut would. The child leads a session of its own."""
    time.sleep(seconds)
    pids = [child.pid]
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            fields = open(f"/proc/{entry}/stat").read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        parent, session = int(fields[1]), int(fields[3])
        if child.pid in (parent, session):
            pids.append(int(entry))
    for pid in sorted(set(pids), reverse=True):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    child.wait()


KINDS = [
    scalars, media, empty, sparse, sweep, wide, long, resume, branches, live, crash, endless, hostile, hostmedia, tb, examples,
    abandoned,
]  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="+", choices=[kind.__name__ for kind in KINDS], metavar="KIND")
    parser.add_argument("--out", required=True)
    parser.add_argument("--truth", required=True)
    parser.add_argument("--online", action="store_true")
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--metrics", type=int, default=8)
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--id")
    options = parser.parse_args()
    options.out, options.truth = os.path.abspath(options.out), os.path.abspath(options.truth)
    for kind in options.kinds:
        next(known for known in KINDS if known.__name__ == kind)(options)


if __name__ == "__main__":
    main()
