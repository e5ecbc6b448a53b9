"""Where the signing keys come from."""

import json
import os
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from chalicelib.credentials.store import KeyRing
from chalicelib.shared.ids import Tenant

LORENSKOG = Tenant("lorenskog")
TEXT = "x" * 32


def _file(folder: Path, secret: object) -> str:
    file = folder / "secret.json"
    file.write_text(json.dumps(secret))
    return str(file)


def test_every_tenant_and_every_key_id_has_its_own_key(tmp_path: Path) -> None:
    ring = KeyRing(_file(tmp_path, {"1": TEXT, "2": "y" * 32}), "")
    keys = {ring.public(tenant, key).public_bytes_raw() for tenant in (LORENSKOG, Tenant("other")) for key in (1, 2)}
    assert len(keys) == 4


def test_the_key_is_the_same_in_every_process_and_release(tmp_path: Path) -> None:
    # Were this to change, every card in every pocket would be forged.
    ring = KeyRing(_file(tmp_path, {"1": TEXT}), "")
    expected = "39673043198f348884d50ae004d6aad88845cf3459f4ad407e70fdc4df7d24ca"
    assert ring.public(LORENSKOG, 1).public_bytes_raw().hex() == expected


def test_the_secret_is_read_once_and_the_keys_are_kept(tmp_path: Path) -> None:
    file = _file(tmp_path, {"1": TEXT})
    ring = KeyRing(file, "")
    key = ring.public(LORENSKOG, 1)
    Path(file).unlink()
    assert ring.public(LORENSKOG, 1) is key
    assert ring.private(Tenant("other"), 1)


def test_the_ids_in_the_secret_are_what_a_phone_must_know(tmp_path: Path) -> None:
    ring = KeyRing(_file(tmp_path, {"2": TEXT, "1": TEXT, "16": TEXT, "01": TEXT, "audit": "somebody else's"}), "")
    assert ring.key_ids() == (1, 2)
    with pytest.raises(KeyError):
        ring.public(LORENSKOG, 16)


@pytest.mark.parametrize("secret", [{}, {"audit": TEXT}, {"1": "x" * 31}])
def test_a_secret_that_is_too_short_to_be_one_is_refused(tmp_path: Path, secret: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="32 characters"):
        KeyRing(_file(tmp_path, secret), "").key_ids()


@mock_aws
def test_the_secret_of_the_cloud_gives_the_same_keys_as_the_file(tmp_path: Path) -> None:
    region = os.environ["AWS_DEFAULT_REGION"]
    secrets = boto3.client("secretsmanager", region_name=region)
    arn = secrets.create_secret(Name="opplev", SecretString=json.dumps({"1": TEXT}))["ARN"]
    in_the_cloud = KeyRing(arn, region).public(LORENSKOG, 1)
    in_the_file = KeyRing(_file(tmp_path, {"1": TEXT}), "").public(LORENSKOG, 1)
    assert in_the_cloud.public_bytes_raw() == in_the_file.public_bytes_raw()


def test_a_municipality_from_elsewhere_brings_its_keys_and_no_other_municipalitys(tmp_path: Path) -> None:
    there = KeyRing(_file(tmp_path, {"1": TEXT, "2": "y" * 32}), "")
    carried = there.to_carry(LORENSKOG)
    here = KeyRing(_file(tmp_path, {"1": "z" * 32, "carried": carried}), "")
    for key in (1, 2):
        assert here.private(LORENSKOG, key).private_bytes_raw() == there.private(LORENSKOG, key).private_bytes_raw()
        assert here.tags(LORENSKOG, key) == there.tags(LORENSKOG, key)
        assert here.book(LORENSKOG, key) == there.book(LORENSKOG, key)
    assert here.key_ids(LORENSKOG) == (1, 2)
    assert here.key_ids(Tenant("other")) == here.key_ids() == (1,)
    assert here.public(Tenant("other"), 1).public_bytes_raw() != there.public(Tenant("other"), 1).public_bytes_raw()
    assert here.to_carry(LORENSKOG) == carried  # and on to a third
