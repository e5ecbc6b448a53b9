"""The picture of an enrolment code, and what a decoder reads out of it."""

import re
from xml.etree import ElementTree as ET

import zxingcpp
from PIL import Image

from chalicelib.access.paper import enrolment_qr

URL = "HTTPS://OPPLEV.LORENSKOG.KOMMUNE.NO/E#LORENSKOG.ABCD-EFGH-IJKL-MNOP"
SIDE = 33 + 2 * 4  # version 4, and a margin of four modules on each side


def drawn() -> ET.Element:
    return ET.fromstring(enrolment_qr(URL))  # noqa: S314  our own


def test_the_picture_can_be_set_into_a_page_at_any_size() -> None:
    assert enrolment_qr(URL).startswith("<svg")
    assert drawn().attrib["viewBox"] == f"0 0 {SIDE} {SIDE}"
    assert not {"width", "height"} & drawn().attrib.keys()


def test_the_margin_is_white_on_a_dark_page_too() -> None:
    assert drawn()[0].attrib == {"fill": "#fff", "d": f"M0 0h{SIDE}v{SIDE}h-{SIDE}z"}


def test_a_decoder_reads_the_address_out_of_the_picture() -> None:
    picture = Image.new("L", (SIDE, SIDE), 255)
    x, y = 0.0, 0.0
    for command, numbers in re.findall(r"([Mmh])([-\d. ]+)", drawn()[1].attrib["d"]):
        values = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        if command == "h":
            for step in range(int(values[0])):
                picture.putpixel((int(x) + step, int(y - 0.5)), 0)
            x += values[0]
        else:
            x, y = values if command == "M" else (x + values[0], y + values[1])
    [found] = zxingcpp.read_barcodes(picture.resize((SIDE * 8, SIDE * 8), Image.Resampling.NEAREST))
    assert found.text == URL
