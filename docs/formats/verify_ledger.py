#!/usr/bin/env python3
"""An independent verifier of a ledger in SQLite, written from ledger.md alone.

    verify_ledger.py record.db [checkpoints.ndjson]

Prints what is wrong and where; exit 1 if anything is. Signatures of checkpoints need another
library than Python's own: this one holds the acts to their numbers and hashes only.
"""
import hashlib
import json
import sqlite3
import sys


def hash_of(title, *fields):
    parts = [str(field).encode() for field in fields]
    return hashlib.sha256(title + b"".join(b"%d:%s\n" % (len(p), p) for p in parts)).hexdigest()


def verify(database, checkpoints):
    meta = dict(database.execute("SELECT name, value FROM ledger_meta"))
    if meta["format"] != "1":
        return [f"format {meta['format']} is not known here"]
    wrong, last, head = [], 0, hash_of(b"haidang ledger 1\n", meta["identity"])
    hashes = {0: head}
    for seq, *fields, previous, own in database.execute(
            "SELECT seq, at, actor, unit, case_id, kind, body, previous, hash"
            " FROM acts ORDER BY seq"):
        if seq != last + 1:
            wrong.append(f"act {last + 1}: absent")
        elif previous != head:
            wrong.append(f"act {seq}: does not follow from the one before")
        if own != hash_of(b"haidang act 1\n", seq, *fields, previous):
            wrong.append(f"act {seq}: changed")
        last, head, hashes[seq] = seq, own, own
    for line in map(json.loads, checkpoints):
        if (line["ledger"], hashes.get(line["seq"])) != (meta["identity"], line["hash"]):
            wrong.append(f"act {line['seq']}: not what the checkpoint of {line['at']} saw")
    return wrong


if __name__ == "__main__":
    lines = open(sys.argv[2], encoding="utf-8") if len(sys.argv) > 2 else []
    findings = verify(sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True), lines)
    print(*findings or ["whole"], sep="\n")
    sys.exit(1 if findings else 0)
