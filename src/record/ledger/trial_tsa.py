#!/usr/bin/env python3
"""A time-stamping authority for tests: openssl ts behind http.server.

    trial_tsa.py DIR    makes its certificates in DIR (roots in DIR/ca.pem), prints its port

Serves until its standard input ends. POST /refuse answers with a refusal, /other with a
time-stamp on something else.
"""

import http.server
import os
import subprocess
import sys
import threading

CONFIG = """
[tsa]
default_tsa = one
[one]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
[refuse]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha512
[ext]
extendedKeyUsage = critical,timeStamping
"""


def openssl(*words, **options):
    return subprocess.run(["openssl", *words], check=True, capture_output=True, **options).stdout


def make_certificates():
    with open("ts.cnf", "w") as config:
        config.write(CONFIG)
    with open("serial", "w") as serial:
        serial.write("01\n")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem",
            "-subj", "/CN=trial root", "-days", "2")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr",
            "-subj", "/CN=trial authority")
    openssl("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-out", "tsa.pem", "-days", "2", "-extfile", "ts.cnf",
            "-extensions", "ext")


def reply_to(path, query):
    with open("query.tsq", "wb") as file:
        file.write(query)
    if path == "/other":
        openssl("ts", "-query", "-data", "ts.cnf", "-sha256", "-cert", "-out", "query.tsq")
    section = "refuse" if path == "/refuse" else "one"
    return openssl("ts", "-reply", "-config", "ts.cnf", "-section", section, "-queryfile", "query.tsq")


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        good = self.headers["Content-Type"] == "application/timestamp-query"
        reply = reply_to(self.path, body) if good else b""
        self.send_response(200 if good else 415)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_):
        pass


def main():
    os.chdir(sys.argv[1])
    make_certificates()
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


main()
