"""What is answered, and what is written down, when it is the table that does not answer."""

import re

from botocore.exceptions import EndpointConnectionError

from chalicelib import table
from tests.town import Town


def test_a_table_that_does_not_answer_is_said_to_the_log_by_kind_and_request_alone(
    town: Town, heard: list[str]
) -> None:
    def nobody_there(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="http://secret.example")

    events = table.connection().client.meta.events
    events.register("before-send.dynamodb", nobody_there, unique_id="nobody")
    try:
        said = town.ask("coordinator", "GET", "/v1/kred/sums")
    finally:
        events.unregister("before-send.dynamodb", unique_id="nobody")
    assert (said.status, said.json["code"], said.headers["Retry-After"]) == (503, "busy", "2")
    assert [re.sub(r"request=\S+", "request=…", line) for line in heard if line.startswith("busy")] == [
        "busy request=… for EndpointConnectionError"
    ]
    assert not any("secret" in line for line in heard)
