"""Puts the built pages up: `python -m infra.cloud.publish BUCKET DISTRIBUTION`."""

import argparse
import sys
import time
from pathlib import Path
from typing import Any, Final

import boto3

from infra.cloud.pages import CACHE, Page, manifest

BUILD: Final = Path(__file__).resolve().parent.parent.parent / "build"


def main() -> None:
    """Publish what `make package` built."""
    asked = argparse.ArgumentParser(description="Publish the pages in build/pages.")
    asked.add_argument("bucket", help="output PagesBucket of the stack")
    asked.add_argument("distribution", help="output DistributionId of the stack")
    given = asked.parse_args()
    if not (BUILD / "pages-manifest.json").exists():
        sys.exit("There is nothing to publish yet: run `make package` first.")
    put, removed = publish(boto3.client("s3"), given.bucket, BUILD)
    empty(boto3.client("cloudfront"), given.distribution)
    print(f"{put} files put, {removed} removed, CloudFront is emptying its caches")


def publish(s3: Any, bucket: str, build: Path) -> tuple[int, int]:
    """Put every page, pages with addresses of their own last, then remove what is gone; give both counts."""
    shown = sorted(manifest(build), key=_last_the_doors)
    for page in shown:
        body = (build / "pages" / page.key).read_bytes()
        s3.put_object(Bucket=bucket, Key=page.key, Body=body, ContentType=page.content_type, CacheControl=CACHE)
    wanted = {page.key for page in shown}
    listed = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    gone = [each["Key"] for part in listed for each in part.get("Contents", []) if each["Key"] not in wanted]
    for key in gone:
        s3.delete_object(Bucket=bucket, Key=key)
    return len(shown), len(gone)


def empty(cloudfront: Any, distribution: str) -> None:
    """Tell every edge to ask for the pages anew."""
    batch = {"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": f"opplev-{time.time_ns()}"}
    cloudfront.create_invalidation(DistributionId=distribution, InvalidationBatch=batch)


def _last_the_doors(page: Page) -> tuple[bool, str]:
    # A phone that loads index.html or sw.js in the middle of publishing finds what they name.
    return ("/" not in page.key, page.key)


if __name__ == "__main__":
    main()
