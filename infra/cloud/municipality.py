"""Makes or changes a municipality in the cloud: `python -m infra.cloud.municipality TABLE ID NUMBER NAME`."""

import argparse
import sys
import time
from dataclasses import replace

from pynamodb.exceptions import PynamoDBException

from chalicelib import table
from chalicelib.faults import code_of
from chalicelib.shared.answers import OpplevError, UnknownError
from chalicelib.shared.ids import Tenant
from chalicelib.venues.actions import Terms
from chalicelib.venues.rules import Municipality
from chalicelib.venues.store import TermsStore


def main() -> None:
    """Read what is wanted and store it with the operator's own credentials."""
    asked = argparse.ArgumentParser(description="Make or change a municipality.")
    asked.add_argument("table", help="output TableName of the stack")
    asked.add_argument("id", help="lower case, such as lorenskog; it stands in every key and never changes")
    asked.add_argument("number", type=int, help="kommunenummer, such as 3222; it stands on every card")
    asked.add_argument("name", help="as people read it, such as 'Lørenskog kommune'")
    asked.add_argument("--signing-key", type=int, help="the key id that new cards are signed with, 0-15")
    asked.add_argument("--coat-of-arms", help="an image in the files bucket, such as images/kommune.png")
    asked.add_argument("--region", default="eu-north-1")
    given = asked.parse_args()
    table.bind(name=given.table, region=given.region, engine=None)
    terms = Terms(store=TermsStore(time.monotonic))
    try:
        stored = put(
            terms,
            Municipality(Tenant(given.id), given.number, given.name, coat_of_arms=given.coat_of_arms),
            signing_key=given.signing_key,
        )
    except OpplevError as error:
        faults = "".join(f"\n  {fault.path}: {fault.detail}" for fault in error.fields)
        sys.exit(f"{error.detail}{faults}")
    except PynamoDBException as error:
        sys.exit(f"AWS did not let that happen ({faults_of(error)}): are credentials, table and region right?")
    print(f"{stored.id}: {stored.name}, number {stored.number}, cards signed with key {stored.signing_key}")


def faults_of(error: PynamoDBException) -> str:
    """Name what stood in the way: AWS's own code, or the kind of fault before any answer."""
    return code_of(error) or type(error.cause).__name__


def put(terms: Terms, wanted: Municipality, *, signing_key: int | None) -> Municipality:
    """Store it; what is not said (None) stays as it stands."""
    try:
        stands = terms.configuration(wanted.id).municipality
    except UnknownError:
        stands = wanted
    return terms.put_municipality(
        replace(
            wanted,
            signing_key=stands.signing_key if signing_key is None else signing_key,
            coat_of_arms=wanted.coat_of_arms or stands.coat_of_arms,
        )
    )


if __name__ == "__main__":
    main()
