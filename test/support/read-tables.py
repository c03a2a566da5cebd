#!/usr/bin/env python3
"""Reads tables as people do, and prints what they hold as JSON, one object by reader.

    read-tables.py '{"csv": PATH_OR_URL, "jsonl": ..., "parquet": ..., "numbers": [COLUMN, ...]}'

Each reader's answer is {"columns": {NAME: TYPE}, "rows": [{NAME: VALUE}, ...]}: absent values are left out, numbers that are not
finite are "NaN", "inf", "-inf". `numbers`: columns that DuckDB is told to be numbers where JSON leaves it open.
"""

import json
import math
import sys

import duckdb
import pandas


def plain(value):
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return value


def of_pandas(frame):
    """pandas has one word for NaN and for nothing: both are left out."""
    rows = [{key: plain(value) for key, value in row.items() if not is_nothing(value)} for row in frame.to_dict("records")]
    return {"columns": {key: str(kind) for key, kind in frame.dtypes.items()}, "rows": rows}


def is_nothing(value):
    return value is None or value is pandas.NA or (isinstance(value, float) and math.isnan(value))


def of_duckdb(relation):
    names = relation.columns
    rows = [{key: plain(value) for key, value in zip(names, row) if value is not None} for row in relation.fetchall()]
    return {"columns": {key: str(kind) for key, kind in zip(names, relation.types)}, "rows": rows}


def typed_json(path, numbers):
    """What DuckDB finds, but that some columns are numbers."""
    found = duckdb.read_json(path)
    columns = {key: "DOUBLE" if key in numbers else str(kind) for key, kind in zip(found.columns, found.types)}
    return duckdb.read_json(path, columns=columns)


def main():
    asked = json.loads(sys.argv[1])
    answer = {
        "pandas csv": of_pandas(pandas.read_csv(asked["csv"])),
        "pandas jsonl": of_pandas(pandas.read_json(asked["jsonl"], lines=True, precise_float=True)),
        "pandas parquet": of_pandas(pandas.read_parquet(asked["parquet"])),
    }
    if not asked["csv"].startswith("http"):
        answer["duckdb csv"] = of_duckdb(duckdb.sql(f"from read_csv_auto('{asked['csv']}')"))
        answer["duckdb jsonl"] = of_duckdb(typed_json(asked["jsonl"], asked["numbers"]))
        answer["duckdb parquet"] = of_duckdb(duckdb.sql(f"from read_parquet('{asked['parquet']}')"))
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
