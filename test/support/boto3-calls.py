"""Asks an S3 endpoint through boto3, the client that TensorBoard uses: prints answers, or codes of refusals, as JSON.

Arguments: endpoint, access key id, secret access key, key of an object.
"""

import datetime
import json
import sys
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint, key_id, secret, key = sys.argv[1:]
options = {
    "endpoint_url": endpoint,
    "aws_access_key_id": key_id,
    "aws_secret_access_key": secret,
    "region_name": "eu-west-1",
    "config": Config(signature_version="s3v4", retries={"max_attempts": 1}),
}
s3 = boto3.client("s3", **options)
bucket = {"Bucket": "wandb"}
object_ = {**bucket, "Key": key}


def outcome(call, pick=lambda answer: answer):
    """What a call gives, or S3's code for why it gives nothing."""
    try:
        return pick(call())
    except ClientError as error:
        return error.response["Error"]["Code"]


def pages(operation, **more):
    """Keys and common prefixes of every page."""
    found = []
    for page in s3.get_paginator(operation).paginate(**bucket, **more, PaginationConfig={"PageSize": 2}):
        found += [item["Key"] for item in page.get("Contents", [])]
        found += [item["Prefix"] for item in page.get("CommonPrefixes", [])]
    return found


def presigned(**more):
    """Body, or status, behind a link that needs no credentials."""
    url = s3.generate_presigned_url("get_object", Params={**object_, **more}, ExpiresIn=60)
    with urllib.request.urlopen(url) as answer:
        return [answer.read().decode(), answer.headers["Content-Disposition"]]


body = lambda answer: answer["Body"].read().decode()
is_date = lambda answer: isinstance(answer["LastModified"], datetime.datetime)
get = lambda **more: outcome(lambda: s3.get_object(**object_, **more), body)
calls = {
    "buckets": outcome(s3.list_buckets, lambda answer: [item["Name"] for item in answer["Buckets"]]),
    "head bucket": outcome(lambda: s3.head_bucket(**bucket), lambda answer: answer["BucketRegion"]),
    "location": outcome(
        lambda: s3.get_bucket_location(**bucket), lambda answer: str(answer["LocationConstraint"])
    ),
    "head": outcome(lambda: s3.head_object(**object_), lambda answer: [answer["ContentLength"], is_date(answer)]),
    "get": get(),
    "range": get(Range="bytes=1-3"),
    "at the end": get(Range="bytes=10-16777226"),
    "if match": get(IfMatch='"other"'),
    "if none match": get(IfNoneMatch=outcome(lambda: s3.head_object(**object_), lambda answer: answer["ETag"])),
    "missing": outcome(lambda: s3.get_object(**{**object_, "Key": key + ".not"})),
    "head of missing": outcome(lambda: s3.head_object(**{**object_, "Key": key + ".not"})),
    "other bucket": outcome(lambda: s3.list_objects(Bucket="other")),
    "put": outcome(lambda: s3.put_object(**object_, Body=b"x")),
    "delete": outcome(lambda: s3.delete_object(**object_)),
    "delete many": outcome(lambda: s3.delete_objects(**bucket, Delete={"Objects": [{"Key": key}]})),
    "create bucket": outcome(lambda: s3.create_bucket(Bucket="new")),
    "upload": outcome(lambda: s3.create_multipart_upload(**object_)),
    "keys": outcome(lambda: pages("list_objects_v2")),
    "keys of version 1": outcome(lambda: pages("list_objects")),
    "directories": outcome(lambda: pages("list_objects", Delimiter="/", Prefix=key.split("/")[0] + "/")),
    "link": presigned(),
    "link to save": presigned(ResponseContentDisposition="attachment; filename=a"),
}
print(json.dumps(calls))
