#!/usr/bin/env python3
"""Prints the first sheet of an .xlsx: a line of JSON per row, a list of its cells' texts.

For exchange_test.cpp: reads what we wrote by the file format alone (ECMA-376), not by the library
that wrote it.
"""

import json
import sys
import zipfile
from xml.etree import ElementTree

NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def main():
    with zipfile.ZipFile(sys.argv[1]) as book:
        shared = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        texts = ["".join(t.text or "" for t in s.iterfind(".//m:t", NS))
                 for s in shared.iterfind("m:si", NS)]
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        assert sheet.find(".//m:f", NS) is None, "a cell holds a formula"
        assert sheet.find(".//m:cols/m:col[@customWidth='1']", NS) is not None, "no widths"
    for row in sheet.iterfind(".//m:row", NS):
        cells = {}
        for cell in row.iterfind("m:c", NS):
            value = cell.find("m:v", NS)
            if value is None:
                continue
            assert cell.get("t") == "s", "a cell is not text"
            column = "".join(c for c in cell.get("r") if c.isalpha())
            cells[column] = texts[int(value.text)]
        print(json.dumps(cells, ensure_ascii=False))


if __name__ == "__main__":
    main()
