"""What the deployment is told from outside, read once from the environment."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Config:
    """Where things are. `OPPLEV_ENGINE` and `OPPLEV_FILES` as a folder are set on a laptop only.

    `issuers` is the JSON that access.rules reads: who may sign tokens, and for which tenants.
    """

    table: str
    region: str
    engine: str | None  # http://127.0.0.1:… of the embedded DynamoDB
    host: str  # the public address, `https://…`, without a slash at the end; device tokens name it as `aud`
    issuers: str
    files: str  # `s3://bucket` or a folder
    secret: str  # `arn:…` of a Secrets Manager secret, or a file
    version: str
    files_key: str = ""  # what a laptop signs links to its files with; S3 signs its own


def from_environment() -> Config:
    """Read the environment; a missing name raises KeyError with that name."""
    return Config(
        table=os.environ["OPPLEV_TABLE"],
        region=os.environ.get("AWS_REGION", "eu-north-1"),
        engine=os.environ.get("OPPLEV_ENGINE"),
        host=os.environ["OPPLEV_HOST"].rstrip("/"),
        issuers=os.environ["OPPLEV_ISSUERS"],
        files=os.environ["OPPLEV_FILES"],
        secret=os.environ["OPPLEV_SECRET"],
        version=os.environ.get("OPPLEV_VERSION", "0.1.0"),
        files_key=os.environ.get("OPPLEV_FILES_KEY", ""),
    )
