"""The template to merge, with the two things filled in that the local server reads from the same files."""

import json
import re
from pathlib import Path
from typing import Any, Final

from chalice.package import YAMLTemplateSerializer

_CLOUD: Final = Path(__file__).resolve().parent
_INFRA: Final = _CLOUD.parent
_SETTINGS: Final = {  # headers that CloudFront has a setting for and takes in no other way
    "Content-Security-Policy": ("ContentSecurityPolicy", "ContentSecurityPolicy"),
    "Referrer-Policy": ("ReferrerPolicy", "ReferrerPolicy"),
    "X-Frame-Options": ("FrameOptions", "FrameOption"),
}


def template() -> dict[str, Any]:
    """Give the template, its short tags written out."""
    file = _CLOUD / "template.yaml"
    composed: dict[str, Any] = YAMLTemplateSerializer().load_template(file.read_text(), str(file))
    resources = composed["Resources"]
    resources["PagesAddresses"]["Properties"]["FunctionCode"] = addresses()
    resources["PagesHeaders"]["Properties"]["ResponseHeadersPolicyConfig"] |= headers()
    return composed


def addresses() -> str:
    """Give the function that CloudFront runs, with the short addresses in it."""
    pages = json.loads((_INFRA / "pages.json").read_text())
    return (_CLOUD / "pages.js").read_text().replace("{/* pages.json */}", json.dumps(pages))


def headers() -> dict[str, Any]:
    """Give the pages' headers as CloudFront wants them."""
    read = json.loads((_INFRA / "headers.json").read_text())
    security: dict[str, dict[str, Any]] = {}
    custom = []
    for name, value in {**read["everywhere"], **read["cloud"]}.items():
        if name == "X-Content-Type-Options":
            security["ContentTypeOptions"] = {}
        elif name == "Strict-Transport-Security":
            security["StrictTransportSecurity"] = _strict(value)
        elif name in _SETTINGS:
            setting, key = _SETTINGS[name]
            security[setting] = {key: value}
        else:
            custom.append({"Header": name, "Value": value, "Override": True})
    made: dict[str, Any] = {
        "SecurityHeadersConfig": {name: each | {"Override": True} for name, each in security.items()}
    }
    return made | {"CustomHeadersConfig": {"Items": custom}} if custom else made


def _strict(value: str) -> dict[str, Any]:
    age = re.search(r"max-age=(\d+)", value)
    if age is None:
        message = f"Strict-Transport-Security has no max-age: {value}"
        raise ValueError(message)
    return {
        "AccessControlMaxAgeSec": int(age[1]),
        "IncludeSubdomains": "includesubdomains" in value.lower(),
        "Preload": "preload" in value.lower(),
    }
