"""Writes test/fixtures/parquet with Arrow: pages and encodings that hyparquet-writer does not write.

    pip install pyarrow==26.0.1 && python test/support/make-parquet.py test/fixtures/parquet

The rows are those of `arrowRows` in test/unit/wandb-cloud/parquet-encodings.test.ts.
"""

import sys

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 120


def sparse(make, every):
    return [make(i) if i % every == 0 else None for i in range(ROWS)]


def image(i):
    caption = None if i % 4 == 0 else f"c{i}"
    return {"_type": "image-file", "size": float(i), "boxes": [{"x": i, "y": None}] * (i % 3), "caption": caption}


TABLE = pa.table(
    {
        "_step": pa.array([float(i * 3) for i in range(ROWS)]),
        "_timestamp": pa.array([1.7e9 + i * 0.5 for i in range(ROWS)]),
        "dense": pa.array([1 / (i + 1) for i in range(ROWS)]),
        "sparse": pa.array(sparse(lambda i: i * 0.25, 7)),
        "same": pa.array([2.5] * ROWS),
        "float32": pa.array([i / 8 for i in range(ROWS)], pa.float32()),
        "int32": pa.array([i * i - 500 for i in range(ROWS)], pa.int32()),
        "int64": pa.array([(-1) ** i * (2**53 + i * 2**40) for i in range(ROWS)], pa.int64()),
        "uint32": pa.array([2**32 - 1 - i for i in range(ROWS)], pa.uint32()),
        "uint64": pa.array([2**64 - 2**11 * (i + 1) for i in range(ROWS)], pa.uint64()),
        "flag": pa.array([i % 3 == 0 for i in range(ROWS)]),
        "text": pa.array(sparse(lambda i: f"prefix-é-{i % 5}-{i}", 2)),
        "list": pa.array([[float(i)] * (i % 4) if i % 5 else None for i in range(ROWS)], pa.list_(pa.float64())),
        "media": pa.array(sparse(image, 3)),
        "mixed": pa.array(
            [{"_type_float64": float(i), "_type_utf8": None} if i % 2 else {"_type_float64": None, "_type_utf8": "NaN"} for i in range(ROWS)]
        ),
        "nothing": pa.array([None] * ROWS, pa.float64()),
    }
)

PLAIN = {"use_dictionary": False, "data_page_size": 512, "write_batch_size": 16}
DELTA = {"int32": "DELTA_BINARY_PACKED", "int64": "DELTA_BINARY_PACKED", "uint32": "DELTA_BINARY_PACKED", "uint64": "DELTA_BINARY_PACKED"}
SPLIT = {name: "BYTE_STREAM_SPLIT" for name in ("_step", "dense", "sparse", "float32")}

LAYOUTS = {
    "v1-dictionary": {"compression": "snappy"},
    "v1-plain-pages": {"compression": "none", **PLAIN, "write_page_checksum": True},
    "v2-zstd": {"compression": "zstd", "data_page_version": "2.0", **PLAIN, "row_group_size": 50},
    "v2-delta-lengths": {
        "compression": "gzip",
        "use_dictionary": False,
        "data_page_version": "2.0",
        "column_encoding": {**DELTA, **SPLIT, "text": "DELTA_LENGTH_BYTE_ARRAY", "flag": "RLE"},
        "write_page_checksum": True,
    },
    "v1-delta-texts": {
        "compression": "brotli",
        "use_dictionary": False,
        "column_encoding": {**DELTA, **SPLIT, "text": "DELTA_BYTE_ARRAY"},
    },
    "v2-lz4": {"compression": "lz4", "data_page_version": "2.0", "write_page_checksum": True},
}

for name, layout in LAYOUTS.items():
    pq.write_table(TABLE, f"{sys.argv[1]}/{name}.parquet", store_schema=False, **layout)
