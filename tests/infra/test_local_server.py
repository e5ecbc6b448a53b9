"""The local HTTP server, against a toy app: what API Gateway would do, it does."""

import base64
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from chalice.app import Chalice, Response

from infra.local.pages import Pages
from infra.local.server import serving
from infra.local.wire import BODY_BYTES, Patience, Request

SHORT = Patience(idle=0.4, head=0.4, body=0.4, answer=2)


def toy() -> Chalice:
    app = Chalice("toy", configure_logs=False, env={})
    app.api.binary_types = ["application/pdf", "application/octet-stream"]

    @app.route("/v1/echo/{thing}", methods=["GET", "POST"], content_types=["application/json", "text/csv"])
    def echo(thing: str) -> dict[str, Any]:
        event = app.current_request.to_original_event()
        body = app.current_request.raw_body
        return {"thing": thing, "event": event, "body": base64.b64encode(body).decode()}

    @app.route("/v1/echo/fixed", methods=["GET"])
    def fixed() -> dict[str, str]:
        return {"thing": "the word"}

    @app.route("/v1/paper", methods=["GET"])
    def paper() -> Response:
        headers = {"Content-Type": "application/pdf", "Set-Cookie": ["a=1", "b=2"]}
        return Response(bytes(range(256)), headers, 200)

    @app.route("/v1/upload", methods=["POST"], content_types=["application/octet-stream"])
    def upload() -> dict[str, Any]:
        event = app.current_request.to_original_event()
        return {"base64": event["isBase64Encoded"], "length": len(app.current_request.raw_body)}

    @app.route("/v1/mine/{name}", methods=["GET"])
    def mine(name: str) -> dict[str, Any]:
        before = app.current_request
        time.sleep(0.005)
        after = app.current_request
        same = before is after and app.lambda_context.aws_request_id == after.context["requestId"]
        return {"name": name, "seen": after.uri_params["name"], "same": same}

    return app


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    (folder / "words").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>æøå</title>", "utf-8")
    (folder / "card.html").write_text("<!doctype html><title>kort</title>", "utf-8")
    (folder / "reader.wasm").write_bytes(b"\0asm")
    (folder / "main.mjs").write_text("export {}")
    (folder / "manifest.webmanifest").write_text("{}")
    (folder / "words" / "nb.json").write_text("{}")
    (folder / ".hidden").write_text("no")
    (tmp_path / "secret.txt").write_text("outside")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    return folder


@pytest.fixture
def address(pages: Path) -> Iterator[str]:
    with serving(toy(), pages=pages, patience=SHORT) as where:
        yield where


def ask(
    address: str, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=10)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def raw(address: str, sent: bytes, *, then_wait: float = 5) -> bytes:
    place = urlsplit(address)
    with socket.create_connection((place.hostname, place.port), timeout=then_wait) as line:
        line.sendall(sent)
        heard = b""
        while piece := line.recv(65_536):
            heard += piece
        return heard


def problem_of(answer: tuple[int, dict[str, str], bytes]) -> tuple[int, str]:
    status, headers, body = answer
    assert headers["Content-Type"] == "application/problem+json"
    said = json.loads(body)
    assert said["status"] == status
    assert said.keys() >= {"type", "title", "status", "code", "detail"}
    return status, said["code"]


def test_a_request_becomes_the_event_that_api_gateway_would_send(address: str) -> None:
    headers = {"Content-Type": "application/json", "X-Thing": "A", "Accept": "*/*"}
    _, _, body = ask(address, "POST", "/v1/echo/a%2Fb%20c?x=1&x=2&y=%C3%A6&z=", b'{"n":"\xc3\xa6"}', headers)
    said = json.loads(body)
    event = said["event"]
    assert said["thing"] == "a%2Fb%20c"  # the path's parameters are not decoded
    assert (event["path"], event["resource"]) == ("/v1/echo/a%2Fb%20c", "/v1/echo/{thing}")
    assert event["queryStringParameters"] == {"x": "2", "y": "æ", "z": ""}
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"], "y": ["æ"], "z": [""]}
    assert event["headers"]["X-Thing"] == "A"
    assert event["multiValueHeaders"]["X-Thing"] == ["A"]
    assert (event["body"], event["isBase64Encoded"]) == ('{"n":"æ"}', False)
    context = event["requestContext"]
    assert (context["httpMethod"], context["resourcePath"]) == ("POST", "/v1/echo/{thing}")
    assert context["identity"]["sourceIp"] == "127.0.0.1"
    assert context["requestId"]


def test_without_query_and_body_the_event_says_null(address: str) -> None:
    event = json.loads(ask(address, "GET", "/v1/echo/x")[2])["event"]
    assert event["queryStringParameters"] is None
    assert event["multiValueQueryStringParameters"] is None
    assert event["body"] is None


def test_a_word_in_a_path_goes_before_a_parameter_and_a_slash_at_the_end_does_not_count(address: str) -> None:
    assert json.loads(ask(address, "GET", "/v1/echo/fixed")[2]) == {"thing": "the word"}
    assert json.loads(ask(address, "GET", "/v1/echo/fixed/")[2]) == {"thing": "the word"}
    assert json.loads(ask(address, "GET", "/v1/echo/other")[2])["thing"] == "other"


def test_bytes_come_back_as_they_were_and_a_header_may_stand_twice(address: str) -> None:
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=10)
    connection.request("GET", "/v1/paper", headers={"Accept": "application/pdf"})
    answer = connection.getresponse()
    assert answer.read() == bytes(range(256))
    assert answer.headers.get_all("Set-Cookie") == ["a=1", "b=2"]
    connection.close()


def test_a_binary_body_reaches_the_app_whole(address: str) -> None:
    sent = bytes(range(256)) * 40
    _, _, body = ask(address, "POST", "/v1/upload", sent, {"Content-Type": "application/octet-stream"})
    assert json.loads(body) == {"base64": True, "length": len(sent)}


def test_text_that_is_not_utf8_reaches_the_app_byte_for_byte(address: str) -> None:
    sent = b"navn;\xe6\xf8\xe5"  # a CSV saved by an old spreadsheet
    _, _, body = ask(address, "POST", "/v1/echo/x", sent, {"Content-Type": "text/csv"})
    assert base64.b64decode(json.loads(body)["body"]) == sent


def test_paths_and_methods_that_are_not_there_are_problems(address: str) -> None:
    assert problem_of(ask(address, "GET", "/v1/nothing")) == (404, "unknown_path")
    assert problem_of(ask(address, "GET", "/nothing.html")) == (404, "unknown_path")
    refused = ask(address, "DELETE", "/v1/echo/x")
    assert problem_of(refused) == (405, "method_not_allowed")
    assert refused[1]["Allow"] == "GET, POST"
    assert problem_of(ask(address, "POST", "/", b"")) == (405, "method_not_allowed")


def test_a_body_of_more_than_lambda_takes_is_refused_before_it_is_read(address: str) -> None:
    head = f"POST /v1/upload HTTP/1.1\r\nHost: x\r\nContent-Length: {BODY_BYTES + 1}\r\n\r\n"
    assert raw(address, head.encode()).startswith(b"HTTP/1.1 413 ")


def test_a_body_in_chunks_arrives_whole_and_one_too_large_does_not(address: str) -> None:
    head = "POST /v1/upload HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/octet-stream\r\n"
    chunks = b"5;note=1\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: x\r\n\r\n"
    heard = raw(address, f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + chunks)
    assert b'"length":11' in heard
    huge = f"{BODY_BYTES + 1:x}\r\n".encode()
    assert raw(address, f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + huge).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET / HTTP/1.1\r\nBad Header: x\r\n\r\n", 400),  # a space in a header's name
        (b"GET / HTTP/1.1\r\nA: 1\r\n folded\r\n\r\n", 400),  # a header over two lines
        (b"GET /\r\n\r\n", 400),  # HTTP/0.9
        (b"GET index.html HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n\r\n", 505),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),  # smuggling
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"POST /v1/upload HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: " + b"x" * 20_000 + b"\r\n\r\n", 431),
    ],
)
def test_what_is_no_request_is_told_so_and_hung_up_on(address: str, sent: bytes, status: int) -> None:
    heard = raw(address, sent)
    assert heard.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"application/problem+json" in heard


def test_one_connection_carries_many_requests_also_when_they_are_sent_at_once(address: str) -> None:
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=10)
    for number in range(5):
        connection.request("GET", f"/v1/echo/{number}")
        assert json.loads(connection.getresponse().read())["thing"] == str(number)
    connection.close()
    first, last = (
        f"GET /v1/echo/fixed HTTP/1.1\r\nHost: x\r\nConnection: {how}\r\n\r\n" for how in ("keep-alive", "close")
    )
    assert raw(address, (first + last).encode()).count(b"the word") == 2


def test_a_silent_client_and_a_slow_one_are_let_go(address: str) -> None:
    assert raw(address, b"") == b""
    assert raw(address, b"GET / HTTP/1.1\r\nHo").startswith(b"HTTP/1.1 408 ")
    unfinished = b"POST /v1/upload HTTP/1.1\r\nContent-Length: 10\r\n\r\n123"
    assert raw(address, unfinished).startswith(b"HTTP/1.1 408 ")
    assert ask(address, "GET", "/v1/echo/fixed")[0] == 200


def test_eight_threads_at_once_each_see_their_own_request(address: str) -> None:
    wrong: list[dict[str, Any]] = []

    def visit(thread: int) -> None:
        for turn in range(25):
            said = json.loads(ask(address, "GET", f"/v1/mine/{thread}-{turn}")[2])
            if said != {"name": f"{thread}-{turn}", "seen": f"{thread}-{turn}", "same": True}:
                wrong.append(said)

    threads = [threading.Thread(target=visit, args=(thread,)) for thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_pages_have_their_short_addresses_their_types_and_the_cloud_s_headers(address: str) -> None:
    status, headers, body = ask(address, "GET", "/K")
    assert (status, b"kort" in body) == (200, True)
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Permissions-Policy"].startswith("camera=(self), ")
    assert "require-trusted-types-for 'script'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Strict-Transport-Security" not in headers  # this is plain http
    kinds = {name: ask(address, "GET", name)[1]["Content-Type"].split(";")[0] for name in ("/", "/E", "/reader.wasm")}
    assert kinds == {"/": "text/html", "/E": "text/html", "/reader.wasm": "application/wasm"}
    assert ask(address, "GET", "/main.mjs")[1]["Content-Type"].startswith("text/javascript")
    assert ask(address, "GET", "/manifest.webmanifest")[1]["Content-Type"] == "application/manifest+json"
    assert ask(address, "GET", "/words/nb.json")[1]["Content-Type"] == "application/json"


def test_a_page_that_the_browser_has_is_not_sent_again_until_it_changes(address: str, pages: Path) -> None:
    _, headers, _ = ask(address, "GET", "/")
    again = ask(address, "GET", "/", headers={"If-None-Match": f'"other", W/{headers["ETag"]}'})
    assert (again[0], again[2]) == (304, b"")
    (pages / "index.html").write_text("<!doctype html><title>new and longer than before</title>")
    assert ask(address, "GET", "/", headers={"If-None-Match": headers["ETag"]})[0] == 200


def test_head_gives_the_headers_alone(address: str) -> None:
    status, headers, body = ask(address, "HEAD", "/")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) > 0


@pytest.mark.parametrize(
    "path",
    ["/../secret.txt", "/%2e%2e/secret.txt", "/words/../../secret.txt", "/..%2fsecret.txt", "/..%5csecret.txt",
     "//etc/passwd", "/.hidden", "/%00", "/link.txt", "/words", "/words/", "/words//nb.json"],
)  # fmt: skip
def test_no_path_leads_out_of_the_pages_folder(address: str, path: str) -> None:
    assert problem_of(ask(address, "GET", path)) == (404, "unknown_path")


def test_every_short_address_names_a_file_that_could_be_one(pages: Path) -> None:
    for name in ("sw.js", "docs.html", "paper.html"):
        (pages / name).write_text("")
    mapped = json.loads((Path(__file__).parents[2] / "infra" / "pages.json").read_text())
    for path in mapped:
        request = Request("GET", path, "", [], b"", keep_alive=True, peer="127.0.0.1")
        answer = Pages(pages).answer(request)
        assert answer is not None, path
        assert answer.status == 200


def test_an_app_that_throws_is_answered_for_and_says_nothing(tmp_path: Path) -> None:
    app = Chalice("toy", configure_logs=False, env={})
    app.api.binary_types = ["application/pdf"]

    @app.route("/v1/odd", methods=["GET"])
    def odd() -> Response:
        return Response("text where Chalice insists on bytes", {"Content-Type": "application/pdf"}, 200)

    with serving(app, pages=tmp_path) as address:
        answer = ask(address, "GET", "/v1/odd", headers={"Accept": "application/pdf"})
    assert problem_of(answer) == (500, "internal")
    assert b"Chalice" not in answer[2]
