"""Compares what Spark wrote with a run on one machine, record by record: every row must be the line that
`clauselint check --format jsonl` writes of the file, byte for byte but for the id before it. Empty files are not compared:
Spark's reader leaves them out.

    compare.py CORPUS RESULTS LINES
"""

import json
import os
import sys

from pyspark.sql import SparkSession


def main():
    corpus, results, lines = sys.argv[1:]
    expected = {}
    with open(lines, encoding="utf-8") as file:
        *files, last = file.read().splitlines()
    for line in files:
        path = json.loads(line)["path"]
        if os.path.getsize(os.path.join(corpus, path)) == 0:
            continue
        expected[path] = '{"id":' + json.dumps(path, ensure_ascii=False) + "," + line[1:]
    assert "summary" in json.loads(last), "the run on one machine was cut short"

    spark = SparkSession.builder.appName("compare").getOrCreate()
    rows = spark.read.parquet(results).select("id", "record").collect()
    spark.stop()
    found = {row["id"]: row["record"] for row in rows}
    assert len(found) == len(rows), "a policy has two rows"
    missing, surplus = sorted(expected.keys() - found.keys()), sorted(found.keys() - expected.keys())
    different = sorted(path for path in expected.keys() & found.keys() if expected[path] != found[path])
    for name, paths in (("missing", missing), ("surplus", surplus), ("different", different)):
        for path in paths[:5]:
            print(f"{name}: {path}")
    print(f"{len(expected)} policies on one machine, {len(rows)} rows from Spark, {len(different)} of them different")
    sys.exit(1 if missing or surplus or different else 0)


if __name__ == "__main__":
    main()
