"""Lints a folder of policies with Spark: one `clauselint check --stdin-jsonl` a partition, results as Parquet.

    spark-submit lint_corpus.py --clauselint /opt/clauselint CORPUS RESULTS

CORPUS is whatever Spark reads files from, RESULTS a folder of Parquet files, a row a policy: `id` (its path below the
corpus), `language`, `errors`, `warnings`, `advice`, `error` (why there is no result, where that is so), and `record`, the
whole answer as JSON.

Spark's reader leaves empty files out, so they have no row.

A task may be run again, on another machine or twice at once: what it gives depends on its policies alone, byte for byte.
A task whose process dies, or does not answer all, fails, and Spark runs it again; no row is made of half an answer.
"""

import argparse
import base64
import json
import subprocess
import sys
import threading

from pyspark.sql import SparkSession
from pyspark.sql.types import IntegerType, StringType, StructField, StructType

SCHEMA = StructType(
    [
        StructField("id", StringType(), False),
        StructField("language", StringType()),
        StructField("errors", IntegerType()),
        StructField("warnings", IntegerType()),
        StructField("advice", IntegerType()),
        StructField("error", StringType()),
        StructField("record", StringType(), False),
    ]
)
SEVERITIES = ("error", "warning", "advice")


def row(policy, answer):
    """The row for the policy with this id, from the answer's line."""
    record = json.loads(answer)
    # A record that was refused is one of ours that is no UTF-8 or too long; its answer may lack the id.
    if record.get("id") not in (policy, None):
        raise RuntimeError(f"the answer to {policy!r} is about {record['id']!r}")
    findings = record.get("findings")
    counts = [None] * 3
    if findings is not None:
        counts = [sum(finding["severity"] == severity for finding in findings) for severity in SEVERITIES]
    return (policy, record.get("language"), *counts, record.get("error"), answer)


def linter(command, corpus):
    """What a task does: feeds the policies of its partition to one process, and makes a row of each answer."""

    def lint(policies):
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        sent = []
        failed = []

        def feed():
            # In a thread of its own: a process whose answers nobody reads would stop reading.
            try:
                with process.stdin:
                    for policy in policies:
                        # The file's own bytes: `clauselint` tells the encoding, and its spans count these bytes.
                        identity = policy.path.split(corpus, 1)[-1].lstrip("/")
                        encoded = base64.b64encode(policy.content).decode()
                        sent.append(identity)
                        line = json.dumps({"id": identity, "base64": encoded}) + "\n"
                        process.stdin.write(line.encode())
                        process.stdin.flush()
            except BrokenPipeError:
                pass  # The process died, which its answers tell.
            except Exception as error:
                failed.append(error)

        feeder = threading.Thread(target=feed, daemon=True)
        feeder.start()
        try:
            answered = 0
            whole = False
            for line in process.stdout:
                line = line.decode().rstrip("\n")
                if answered < len(sent):
                    yield row(sent[answered], line)
                    answered += 1
                else:
                    # The last line, with the counts, tells that nothing is missing.
                    whole = "summary" in json.loads(line)
            feeder.join()
            code = process.wait()
            if failed:
                raise failed[0]
            # 1 says that there are findings, 2 that some records were refused or are in other languages: rows tell both.
            if code not in (0, 1, 2) or not whole or answered != len(sent):
                raise RuntimeError(f"clauselint ended with {code} after {answered} of {len(sent)} policies")
        finally:
            # The rows may not be wanted to the end.
            process.kill()
            process.wait()

    return lint


def main():
    parser = argparse.ArgumentParser(description="Lint a folder of policies with Spark.")
    parser.add_argument("corpus", help="the folder of policies")
    parser.add_argument("results", help="the folder for the Parquet files")
    parser.add_argument("--clauselint", default="clauselint", help="the program, where every executor has it")
    parser.add_argument("--partitions", type=int, default=None, help="into how many parts to cut the corpus")
    arguments, options = parser.parse_known_args()

    spark = SparkSession.builder.appName("clauselint").getOrCreate()
    files = (
        spark.read.format("binaryFile")
        .option("recursiveFileLookup", "true")
        .option("pathGlobFilter", "*.{md,markdown,mdown,mkd,html,htm,xhtml,txt}")
        .load(arguments.corpus)
        .select("path", "content")
    )
    if arguments.partitions:
        files = files.repartition(arguments.partitions)
    # Spark keeps each core busy with a task, so a process needs one thread; what a run needs besides is said by options.
    command = [arguments.clauselint, "check", "--stdin-jsonl", "--threads", "1", *options]
    corpus = arguments.corpus.rstrip("/")
    results = spark.createDataFrame(files.rdd.mapPartitions(linter(command, corpus)), SCHEMA)
    results.write.mode("overwrite").parquet(arguments.results)

    told = spark.read.parquet(arguments.results)
    print(f"{told.count()} policies, {told.where('error is not null').count()} refused", file=sys.stderr)
    spark.stop()


if __name__ == "__main__":
    main()
