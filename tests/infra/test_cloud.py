"""The template: what is stored stays, nobody may more than they need, and no log holds a card number."""

import ast
import hashlib
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest
from moto import mock_aws
from samtranslator.translator.managed_policy_translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform

from chalicelib import table
from chalicelib.audit.rules import LATE
from chalicelib.shared.ids import Tenant
from chalicelib.venues.actions import Terms
from chalicelib.venues.rules import Municipality
from chalicelib.venues.store import TermsStore
from infra import package
from infra.cloud import compose, municipality, pages, publish, trim
from infra.local.pages import Pages
from infra.local.wire import Request

ROOT = Path(__file__).resolve().parents[2]
REGION = "eu-north-1"
PARAMETERS = {"Domain": "kort.example.no", "AlarmEmail": "vakt@example.no"}
GATEWAY_DEPLOYS = {"AWS::ApiGateway::Deployment", "AWS::ApiGateway::Stage"}
PROBLEM = {"type", "title", "status", "code", "detail"}

# A resource that ends in a star, or a policy of AWS's own, and why it cannot say less.
STARS = {
    "${Files.Arn}/*": "the objects of our own bucket",
    "${Pages.Arn}/*": "the objects of our own bucket",
}
MANAGED = {"AmazonAPIGatewayPushToCloudWatchLogs": "API Gateway takes no narrower one; it is not the functions' role"}

# What pynamodb's methods need, where a method's name says it beyond doubt.
NEEDS = {
    "batch_get": "dynamodb:BatchGetItem",
    "batch_write": "dynamodb:BatchWriteItem",
    "condition_check": "dynamodb:ConditionCheckItem",
    "describe_table": "dynamodb:DescribeTable",
    "query": "dynamodb:Query",
    "scan": "dynamodb:Scan",
}


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the template as `chalice package` merges it; without the dependencies, which it does not look at."""
    out = tmp_path_factory.mktemp("cloud")
    package.stage(out / "project")
    package.run_chalice(out / "project", out)
    package.finish(out)
    return out / "sam.json"


@pytest.fixture(scope="module")
def template(packaged: Path) -> Any:
    return json.loads(packaged.read_text())


def of(template: Any, name: str) -> Any:
    return template["Resources"][name]["Properties"]


def statements(template: Any) -> Iterator[tuple[str, Any]]:
    for name, resource in template["Resources"].items():
        properties = resource["Properties"]
        if resource["Type"] == "AWS::IAM::Role":
            for policy in properties.get("Policies", []):
                yield from ((name, each) for each in policy["PolicyDocument"]["Statement"])
        elif resource["Type"] == "AWS::S3::BucketPolicy":
            yield from ((name, each) for each in properties["PolicyDocument"]["Statement"])


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


# --- The template as a whole ---------------------------------------------------------------------------------------


def test_cfn_lint_finds_nothing(packaged: Path) -> None:
    lint = Path(sys.executable).with_name("cfn-lint")
    done = subprocess.run(  # noqa: S603  our own words
        [str(lint), "--regions", REGION, "--", str(packaged)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_chalice_takes_the_template_as_it_lies_there(tmp_path: Path) -> None:
    package.stage(tmp_path / "project")
    shutil.copyfile(ROOT / "infra" / "cloud" / "template.yaml", tmp_path / "project" / "merge.yaml")
    chalice = Path(sys.executable).with_name("chalice")
    done = subprocess.run(  # noqa: S603  our own words
        [str(chalice), "package", "--merge-template", "merge.yaml", "out"],
        cwd=tmp_path / "project", env={"AWS_DEFAULT_REGION": REGION}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "project" / "out" / "sam.yaml").exists()


@pytest.mark.filterwarnings("ignore:Tried to parse")  # moto has no CloudFront, Scheduler or Secrets Manager here
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_transformed_template_deploys(template: Any) -> None:
    located = json.loads(json.dumps(template).replace("./deployment.zip", "s3://artefacts/deployment.zip"))
    with mock_aws():
        boto3.client("s3", region_name=REGION).create_bucket(
            Bucket="artefacts", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        boto3.client("s3", region_name=REGION).put_object(Bucket="artefacts", Key="deployment.zip", Body=b"PK")
        # What SAM puts in depends on the region, which it asks boto3's default session for.
        boto3.setup_default_session(region_name=REGION)
        parameters = {name: each.get("Default") for name, each in located["Parameters"].items()} | PARAMETERS
        plain = transform(located, parameters, ManagedPolicyLoader(boto3.client("iam", region_name=REGION)))
        # Moto does not read an API's Body, and so refuses to deploy it for want of methods; it knows no CloudFront.
        for name in [name for name, each in plain["Resources"].items() if each["Type"] in GATEWAY_DEPLOYS]:
            del plain["Resources"][name]
        del plain["Outputs"]["DistributionDomain"]
        formation = boto3.client("cloudformation", region_name=REGION)
        formation.create_stack(
            StackName="opplev",
            TemplateBody=json.dumps(plain),
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in PARAMETERS.items()],
            Capabilities=["CAPABILITY_IAM"],
        )
        (stack,) = formation.describe_stacks(StackName="opplev")["Stacks"]
        assert stack["StackStatus"] == "CREATE_COMPLETE"
        made = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}

        stands = boto3.client("dynamodb", region_name=REGION).describe_table(TableName=made["TableName"])["Table"]
        assert {key["AttributeName"]: key["KeyType"] for key in stands["KeySchema"]} == {"PK": "HASH", "SK": "RANGE"}
        assert [index["IndexName"] for index in stands["GlobalSecondaryIndexes"]] == [table.INDEX]
        assert stands["DeletionProtectionEnabled"] is True
        assert stands["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"

        functions = boto3.client("lambda", region_name=REGION)
        told = functions.get_function_configuration(FunctionName=made["APIHandlerName"])
        settings = told["Environment"]["Variables"]
        assert settings["OPPLEV_HOST"] == "https://kort.example.no"
        assert settings["OPPLEV_TABLE"] == made["TableName"]
        assert settings["OPPLEV_FILES"] == f"s3://{made['FilesBucket']}"
        assert functions.get_function_configuration(FunctionName=made["CloseFunction"])["Timeout"] == 900

        groups = boto3.client("logs", region_name=REGION).describe_log_groups()["logGroups"]
        assert {group["logGroupName"]: group["retentionInDays"] for group in groups} == {
            "/opplev/opplev/api": 30, "/opplev/opplev/close-month": 30, "/opplev/opplev/access": 30,
            "/opplev/opplev/seal-audit": 30,
        }  # fmt: skip


# --- What is stored ------------------------------------------------------------------------------------------------


def test_the_table_of_the_template_is_the_table_of_the_code(template: Any, fresh_table: str, dynamodb: str) -> None:
    engine = botocore.session.get_session().create_client("dynamodb", region_name=REGION, endpoint_url=dynamodb)
    ours = engine.describe_table(TableName=fresh_table)["Table"]
    theirs = of(template, "Table")

    def keys(described: Any) -> dict[str, str]:
        return {each["AttributeName"]: each["KeyType"] for each in described["KeySchema"]}

    def types(described: Any) -> dict[str, str]:
        return {each["AttributeName"]: each["AttributeType"] for each in described["AttributeDefinitions"]}

    assert keys(theirs) == keys(ours)
    assert types(theirs) == types(ours)
    (mine,) = theirs["GlobalSecondaryIndexes"]
    (coded,) = ours["GlobalSecondaryIndexes"]
    assert mine["IndexName"] == coded["IndexName"] == table.INDEX
    assert keys(mine) == keys(coded)
    assert mine["Projection"]["ProjectionType"] == "INCLUDE"
    assert set(mine["Projection"]["NonKeyAttributes"]) == set(table.PROJECTED)


def test_what_is_stored_is_backed_up_and_stays_when_the_stack_goes(template: Any) -> None:
    for name in ("Table", "Files", "Secret"):
        resource = template["Resources"][name]
        assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain", name
    stored = of(template, "Table")
    assert stored["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert stored["TimeToLiveSpecification"] == {"AttributeName": table.TIME_TO_LIVE, "Enabled": True}
    assert stored["DeletionProtectionEnabled"] is True
    assert stored["BillingMode"] == "PAY_PER_REQUEST"
    assert of(template, "Files")["VersioningConfiguration"] == {"Status": "Enabled"}


def test_the_recipe_of_the_secret_never_changes(template: Any) -> None:
    # CloudFormation makes a new secret when it does, and every card that was ever printed is forged.
    assert of(template, "Secret")["GenerateSecretString"] == {
        "SecretStringTemplate": "{}", "GenerateStringKey": "1", "PasswordLength": 64, "ExcludePunctuation": True,
    }  # fmt: skip


def test_no_bucket_is_open_and_a_file_is_written_only_once(template: Any) -> None:
    for name in ("Files", "Pages"):
        assert set(of(template, name)["PublicAccessBlockConfiguration"].values()) == {True}
        assert of(template, name)["BucketEncryption"]
    denied = [each for name, each in statements(template) if name == "FilesPolicy" and each["Effect"] == "Deny"]
    once = {"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}}
    assert once in [each["Condition"] for each in denied]


def test_changing_a_municipality_keeps_what_is_not_said(fresh_table: str) -> None:
    assert fresh_table
    terms = Terms(store=TermsStore(time.monotonic))
    made = Municipality(Tenant("lorenskog"), 3222, "Lørenskog", coat_of_arms="images/kommune.png")
    assert municipality.put(terms, made, signing_key=None).signing_key == 1
    assert municipality.put(terms, made, signing_key=2).signing_key == 2
    renamed = Municipality(Tenant("lorenskog"), 3222, "Lørenskog kommune")
    stored = municipality.put(terms, renamed, signing_key=None)
    assert (stored.name, stored.signing_key, stored.coat_of_arms) == ("Lørenskog kommune", 2, "images/kommune.png")


# --- Who may do what -----------------------------------------------------------------------------------------------


def test_no_permission_says_any_action_or_any_resource(template: Any) -> None:
    looked_at = 0
    for name, statement in statements(template):
        if statement["Effect"] == "Deny":
            continue  # a ban may be as wide as it likes
        looked_at += 1
        assert statement.get("Principal") != "*", name
        for action in as_list(statement["Action"]):
            assert re.fullmatch(r"[a-z0-9]+:[A-Za-z]+", action), f"{name}: {action}"
        for resource in as_list(statement["Resource"]):
            text = resource if isinstance(resource, str) else json.dumps(resource)
            stars = [each for each in re.findall(r'"([^"]*\*[^"]*)"', text) if each not in STARS]
            assert "*" not in resource if isinstance(resource, str) else not stars, f"{name}: {text}"
    assert looked_at > 10
    for name, resource in template["Resources"].items():
        for managed in resource["Properties"].get("ManagedPolicyArns", []):
            assert managed["Fn::Sub"].rpartition("/")[2] in MANAGED, name


def test_only_the_api_and_who_seals_the_book_of_changes_read_the_secret(template: Any) -> None:
    reads = "secretsmanager:GetSecretValue"
    readers = {name for name, statement in statements(template) if reads in as_list(statement["Action"])}
    assert readers == {"ApiHandlerRole", "SealAuditRole"}


def test_the_functions_may_ask_the_table_what_the_code_asks_and_no_more(template: Any) -> None:
    asked = set()
    for module in (ROOT / "chalicelib").rglob("*.py"):
        calls = (node.func for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.Call))
        asked |= {NEEDS[call.attr] for call in calls if isinstance(call, ast.Attribute) and call.attr in NEEDS}
    grants = [each["Action"] for name, each in statements(template) if name == "ApiHandlerRole"]
    granted = {action for actions in grants for action in as_list(actions)}
    assert granted & set(NEEDS.values()) == asked


def test_every_aws_service_that_the_code_asks_for_is_in_the_zip() -> None:
    asked = set()
    for module in (ROOT / "chalicelib").rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                named = node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value
                if node.func.attr in {"client", "create_client", "resource"} and isinstance(named, str):
                    asked.add(named)
    assert {"s3", "secretsmanager"} <= asked
    assert asked <= trim.SERVICES


# --- What is logged ------------------------------------------------------------------------------------------------


def test_the_access_log_knows_the_route_and_neither_path_query_nor_caller(template: Any) -> None:
    written = of(template, "RestAPI")["AccessLogSetting"]["Format"]
    assert set(re.findall(r"\$context\.([A-Za-z.]+)", written)) == {
        "requestId", "requestTimeEpoch", "httpMethod", "resourcePath", "status", "responseLength", "responseLatency",
        "integrationLatency", "integrationStatus", "error.responseType",
    }  # fmt: skip
    json.loads(written)


def test_nothing_else_logs_requests(template: Any) -> None:
    distribution = of(template, "Distribution")["DistributionConfig"]
    assert "Logging" not in distribution
    assert not [each for each in distribution["CacheBehaviors"] if "RealtimeLogConfigArn" in each]
    for setting in of(template, "RestAPI")["MethodSettings"]:
        assert setting["LoggingLevel"] == "OFF", setting
        assert setting["DataTraceEnabled"] is False, setting
    for name in ("APIHandler", "CloseMonth", "SealAudit"):
        assert of(template, name)["Tracing"] == "PassThrough"
        assert of(template, name)["LoggingConfig"]["LogGroup"]["Ref"] in {"ApiLog", "CloseLog", "SealLog"}


# --- The doors -----------------------------------------------------------------------------------------------------


def test_what_the_gateway_answers_by_itself_is_a_problem_like_any_other(template: Any) -> None:
    answers = of(template, "RestAPI")["DefinitionBody"]["x-amazon-apigateway-gateway-responses"]
    for kind, answer in answers.items():
        body = json.loads(answer["responseTemplates"]["application/json"])
        assert set(body) == PROBLEM, kind
        assert str(body["status"]) == answer["statusCode"], kind
        assert answer["responseParameters"]["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
        assert answer["responseParameters"]["gatewayresponse.header.Cache-Control"] == "'no-store'"
    assert answers["MISSING_AUTHENTICATION_TOKEN"]["statusCode"] == "404"
    assert {answers[kind]["statusCode"] for kind in ("THROTTLED", "REQUEST_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE")} == {
        "429", "413", "415",
    }  # fmt: skip


def test_every_answer_may_be_binary_whatever_the_caller_accepts(template: Any) -> None:
    assert of(template, "RestAPI")["DefinitionBody"]["x-amazon-apigateway-binary-media-types"] == ["*/*"]


def test_the_routes_with_settings_of_their_own_exist(template: Any) -> None:
    routes = of(template, "RestAPI")["DefinitionBody"]["paths"]
    for setting in of(template, "RestAPI")["MethodSettings"][1:]:
        path = setting["ResourcePath"][1:].replace("~1", "/")
        assert setting["HttpMethod"].lower() in routes[path], path
        assert setting["ThrottlingRateLimit"]
    measured = [each for each in of(template, "ScanIsSlow")["Dimensions"] if each["Name"] == "Resource"]
    assert measured[0]["Value"] in routes


def test_one_host_serves_the_pages_and_the_api_uncached_with_everything_but_the_host_header(template: Any) -> None:
    distribution = of(template, "Distribution")["DistributionConfig"]
    assert distribution["DefaultCacheBehavior"]["TargetOriginId"] == "pages"
    keys, rest = distribution["CacheBehaviors"]
    assert (keys["PathPattern"], rest["PathPattern"]) == ("/v1/keys", "/v1/*")
    assert rest["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # CachingDisabled
    assert rest["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"  # AllViewerExceptHostHeader
    # An error page for 403 or 404 would take the place of the API's own answers.
    assert "CustomErrorResponses" not in distribution
    assert distribution["ViewerCertificate"]["Fn::If"][1]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    stage = of(template, "RestAPI")["StageName"]
    assert [each["OriginPath"] for each in distribution["Origins"] if each["Id"] == "api"] == [f"/{stage}"]


def test_the_function_is_told_everything_that_the_code_reads_from_outside(template: Any) -> None:
    read = set(re.findall(r"OPPLEV_[A-Z]+", (ROOT / "chalicelib" / "config.py").read_text())) - {"OPPLEV_ENGINE"}
    for name in ("APIHandler", "CloseMonth", "SealAudit"):
        assert set(of(template, name)["Environment"]["Variables"]) == read


def test_months_close_by_the_clock_of_oslo(template: Any) -> None:
    schedule = of(template, "CloseOnTheFirst")
    assert schedule["ScheduleExpressionTimezone"] == "Europe/Oslo"
    minute, hour, days, *_ = schedule["ScheduleExpression"].removeprefix("cron(").split()
    assert int(hour) * 60 + int(minute) >= 15  # closing starts a quarter of an hour after the month has ended
    assert days.startswith("1")
    assert schedule["Target"]["Arn"]["Fn::GetAtt"] == ["CloseMonth", "Arn"]


def test_the_book_of_changes_is_sealed_every_hour_a_quarter_of_an_hour_late(template: Any) -> None:
    schedule = of(template, "SealEveryHour")
    minute, hour, *_ = schedule["ScheduleExpression"].removeprefix("cron(").split()
    assert int(minute) * 60 > LATE.total_seconds()
    assert hour == "*"
    assert schedule["Target"]["Arn"]["Fn::GetAtt"] == ["SealAudit", "Arn"]


def test_every_alarm_tells_someone(template: Any) -> None:
    alarms = [each["Properties"] for each in template["Resources"].values() if each["Type"] == "AWS::CloudWatch::Alarm"]
    assert len(alarms) >= 10
    for alarm in alarms:
        assert alarm["AlarmActions"] == [{"Ref": "Alarms"}]
        assert alarm["AlarmDescription"].endswith(".")


def test_the_words_that_ring_for_a_settlement_are_the_words_that_are_logged(template: Any) -> None:
    written = (ROOT / "chalicelib" / "api" / "close_months.py").read_text()
    for name in ("SettlementAlarms", "SettlementAlarmsAtTheDesk"):
        assert f'"{of(template, name)["FilterPattern"]} ' in written


# --- The pages -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("/", "/index.html"),
        ("/K", "/card.html"),  # what a card's code says
        ("/k", "/card.html"),  # what some phones make of it
        ("/e", "/index.html"),
        ("/docs", "/docs.html"),
        ("/core/token.js", "/core/token.js"),
        ("/constructor", "/constructor"),  # a name that every object in JavaScript knows
    ],
)
def test_short_addresses_lead_to_pages(asked: str, given: str) -> None:
    script = compose.addresses() + f"\nconsole.log(handler({{request: {{uri: {json.dumps(asked)}}}}}).uri)"
    node = shutil.which("node")
    assert node
    done = subprocess.run([node, "-e", script], capture_output=True, text=True, check=True)  # noqa: S603  our words
    assert done.stdout.strip() == given


def test_the_pages_have_the_headers_of_the_local_server_and_more(template: Any) -> None:
    wanted = json.loads((ROOT / "infra" / "headers.json").read_text())
    sent = of(template, "PagesHeaders")["ResponseHeadersPolicyConfig"]
    security = sent["SecurityHeadersConfig"]
    assert security["ContentSecurityPolicy"]["ContentSecurityPolicy"] == wanted["everywhere"]["Content-Security-Policy"]
    assert security["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31536000
    named = {each["Header"] for each in sent["CustomHeadersConfig"]["Items"]}
    assert len(named) + len(security) == len({**wanted["everywhere"], **wanted["cloud"]})


def test_publishing_puts_the_pages_and_removes_what_is_gone(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "core").mkdir(parents=True)
    (source / "tools").mkdir()
    wanted = {*json.loads((ROOT / "infra" / "pages.json").read_text()).values(), "core/token.js", "reader.wasm"}
    for name in (*wanted, "core/token.test.js", "tools/make.py", "tsconfig.json"):
        (source / name).write_text(name)
    shown = pages.build(source, tmp_path / "pages")
    assert {page.key for page in shown} == wanted
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="pages")
        s3.put_object(Bucket="pages", Key="old.js", Body=b"")
        assert publish.publish(s3, "pages", tmp_path) == (len(wanted), 1)
        listed = [each["Key"] for each in s3.list_objects_v2(Bucket="pages")["Contents"]]
        assert set(listed) == wanted
        assert s3.head_object(Bucket="pages", Key="reader.wasm")["ContentType"] == "application/wasm"
        assert "must-revalidate" in s3.head_object(Bucket="pages", Key="index.html")["CacheControl"]


def test_every_page_goes_up_with_its_fingerprint_and_no_test_does(tmp_path: Path) -> None:
    shown = pages.build(ROOT / "scanner_web", tmp_path / "pages")
    assert pages.manifest(tmp_path) == shown
    for page in shown:
        assert hashlib.sha256((tmp_path / "pages" / page.key).read_bytes()).hexdigest() == page.sha256
        assert "test" not in page.key
        assert not page.key.startswith("tools/")


def test_a_laptop_and_the_cloud_serve_the_same_bytes_named_after_what_is_kept(tmp_path: Path) -> None:
    shown = pages.build(ROOT / "scanner_web", tmp_path / "pages")
    laptop = Pages(ROOT / "scanner_web")
    for page in shown:
        request = Request("GET", f"/{page.key}", "", [], b"", keep_alive=True, peer="127.0.0.1")
        answer = laptop.answer(request)
        assert answer is not None
        assert answer.body == (tmp_path / "pages" / page.key).read_bytes(), page.key
        if page.key.startswith("vendor/"):
            assert answer.body == (ROOT / "scanner_web" / page.key).read_bytes()
    worker = (tmp_path / "pages" / "sw.js").read_text()
    kept = re.findall(r'"([\w/.-]+\.\w+)"', worker.split("FILES=[")[1].split("]")[0])
    digest = hashlib.sha256()
    for name in kept:
        digest.update(name.encode() + b"\0" + (tmp_path / "pages" / name).read_bytes() + b"\0")
    assert f'VERSION="{digest.hexdigest()[:16]}"' in worker
    assert len(kept) > 70


def test_a_short_address_to_a_page_that_is_not_there_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    with pytest.raises(pages.MissingPageError, match=r"index\.html"):
        pages.build(tmp_path / "source", tmp_path / "pages")
