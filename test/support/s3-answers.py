"""Asks an S3 endpoint many things of one bucket and prints what it answered, a line of JSON for each: [question, answer].

Arguments: endpoint, access key id, secret access key, and objects of the bucket `wandb` as JSON, of text by key. With
`--fill` they are put there first.
"""

import itertools
import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint, key_id, secret, objects, *flags = sys.argv[1:]
s3 = boto3.client(
    "s3",
    endpoint_url=endpoint,
    aws_access_key_id=key_id,
    aws_secret_access_key=secret,
    region_name="us-east-1",
    config=Config(signature_version="s3v4", retries={"max_attempts": 1}, s3={"addressing_style": "path"}),
)
# What differs from one server to the other, and is no matter: tokens, whether what is empty is said, and how a
# prefix is repeated, which boto3 leaves encoded in version 1.
OWN = {"ResponseMetadata", "NextContinuationToken", "ContinuationToken", "RequestCharged", "EncodingType", "Prefix"}
SHOWN_OF_KEY = ("Key", "Size", "StorageClass")
SHOWN_OF_OBJECT = ("ContentLength", "ContentRange", "AcceptRanges")


if "--fill" in flags:
    s3.create_bucket(Bucket="wandb")
    for key, text in json.loads(objects).items():
        s3.put_object(Bucket="wandb", Key=key, Body=text.encode())


def ask(question, call, show):
    try:
        answer = call()
        shown = {"status": answer["ResponseMetadata"]["HTTPStatusCode"], **show(answer)}
    except ClientError as error:
        shown = {
            "status": error.response["ResponseMetadata"]["HTTPStatusCode"],
            "code": error.response["Error"]["Code"],
        }
    print(json.dumps([question, shown]))


def listing(answer):
    shown = {name: value for name, value in sorted(answer.items()) if name not in OWN and value != ""}
    # Without a delimiter AWS leaves it out, and others say it.
    if not answer.get("Delimiter"):
        shown.pop("NextMarker", None)
    shown["Contents"] = [{name: item[name] for name in SHOWN_OF_KEY} for item in answer.get("Contents", [])]
    shown["CommonPrefixes"] = [item["Prefix"] for item in answer.get("CommonPrefixes", [])]
    shown["goes on"] = "NextContinuationToken" in answer
    return shown


def object_(answer):
    shown = {name: answer[name] for name in SHOWN_OF_OBJECT if name in answer}
    if "Body" in answer:
        shown["body"] = answer["Body"].read().decode()
    shown["etag is quoted"] = answer["ETag"].startswith('"') and answer["ETag"].endswith('"')
    return shown


def pages(operation, more):
    """What each page has, with the way from one to the next as a client finds it."""
    found = []
    for page in s3.get_paginator(operation).paginate(Bucket="wandb", **more):
        found.append([item["Key"] for item in page.get("Contents", [])])
        found[-1] += [item["Prefix"] for item in page.get("CommonPrefixes", [])]
    if len(found) > 1 and found[-1] == []:
        # A page that promised more, where there is none.
        found.pop()
    return {"ResponseMetadata": {"HTTPStatusCode": 200}, "pages": found}


PREFIXES = ["", "acme", "acme/", "acme/p", "acme/p/", "acme/p/run 1/", "acme/p/run 1/events", "acme/none", "/", "z"]
DELIMITERS = ["", "/", "e", "p/r"]
AFTER = ["", "acme/p/", "acme/p/run 1/", "acme/p/run 1/events.out", "acme/p/run 2", "zz"]
for prefix, delimiter in itertools.product(PREFIXES, DELIMITERS):
    for after in AFTER:
        for max_keys in (1, 2, 1000):
            more = {"Bucket": "wandb", "Prefix": prefix, "Delimiter": delimiter, "MaxKeys": max_keys}
            one = {**more, **({"Marker": after} if after else {})}
            two = {**more, **({"StartAfter": after} if after else {})}
            ask(["ListObjects", one], lambda: s3.list_objects(**one), listing)
            ask(["ListObjectsV2", two], lambda: s3.list_objects_v2(**two), listing)
    for size in (1, 3):
        more = {"Prefix": prefix, "Delimiter": delimiter, "PaginationConfig": {"PageSize": size}}
        for operation in ("list_objects", "list_objects_v2"):
            ask([operation, more], lambda: pages(operation, more), lambda answer: {"pages": answer["pages"]})
for more in ({"MaxKeys": 0}, {"MaxKeys": 5000}, {"FetchOwner": True}, {"EncodingType": "url"}):
    ask(["ListObjectsV2", more], lambda: s3.list_objects_v2(Bucket="wandb", **more), listing)

KEYS = [
    "acme/p/run 1/events.out.tfevents.1.a",
    "acme/p/run 1/empty",
    "acme/p/ü+&<😀>/run.json",
    "acme/p",
    "acme/p/",
    "none",
]
RANGES = [
    *("bytes=0-0", "bytes=2-4", "bytes=3-", "bytes=-2", "bytes=-100", "bytes=0-16777216", "bytes=10-20", "bytes=9-20"),
    *("bytes=11-", "bytes=-0", "bytes=5-2", "bytes=a-b", "bytes=0-1,3-4", "lines=0-1"),
]
for key in KEYS:
    of_key = {"Bucket": "wandb", "Key": key}
    ask(["HeadObject", key], lambda: s3.head_object(**of_key), object_)
    ask(["GetObject", key], lambda: s3.get_object(**of_key), object_)
    for range_ in RANGES:
        ask(["GetObject", key, range_], lambda: s3.get_object(**of_key, Range=range_), object_)
of_key = {"Bucket": "wandb", "Key": KEYS[0]}
known = s3.head_object(**of_key)
CONDITIONS = [
    *({"IfMatch": known["ETag"]}, {"IfMatch": '"other"'}, {"IfMatch": "*"}),
    *({"IfNoneMatch": known["ETag"]}, {"IfNoneMatch": '"other"'}, {"IfNoneMatch": "*"}),
    *({"IfModifiedSince": known["LastModified"]}, {"IfModifiedSince": "2001-01-01"}),
    *({"IfUnmodifiedSince": known["LastModified"]}, {"IfUnmodifiedSince": "2001-01-01"}),
    {"IfMatch": known["ETag"], "IfUnmodifiedSince": "2001-01-01"},
    {"IfNoneMatch": '"other"', "IfModifiedSince": known["LastModified"]},
]
for condition in CONDITIONS:
    name = {kind: str(value) if "Since" not in kind else value == "2001-01-01" for kind, value in condition.items()}
    name = {kind: "known" if value == known["ETag"] else value for kind, value in name.items()}
    ask(["GetObject", name], lambda: s3.get_object(**of_key, **condition), object_)
    ask(["HeadObject", name], lambda: s3.head_object(**of_key, **condition), object_)

nothing = lambda answer: {}
ask(["HeadBucket"], lambda: s3.head_bucket(Bucket="wandb"), nothing)
ask(["HeadBucket", "other"], lambda: s3.head_bucket(Bucket="other"), nothing)
ask(["ListObjects", "other"], lambda: s3.list_objects(Bucket="other"), nothing)
ask(["GetObject", "other"], lambda: s3.get_object(Bucket="other", Key="a"), nothing)
ask(["GetBucketLocation"], lambda: s3.get_bucket_location(Bucket="wandb"), lambda a: {"place": a["LocationConstraint"]})
ask(["GetBucketVersioning"], lambda: s3.get_bucket_versioning(Bucket="wandb"), lambda a: {"kept": a.get("Status")})
ask(["ListBuckets"], s3.list_buckets, lambda answer: {"names": [item["Name"] for item in answer["Buckets"]]})
