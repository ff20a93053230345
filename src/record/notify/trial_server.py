#!/usr/bin/python3
"""Real receivers for the courier's tests: an SMTP server and an HTTP server on free ports.

    trial_server.py smtp OUT [--kill PIDFILE] [--tls CERT KEY]
    trial_server.py http OUT [--secret SECRET]

The first line on standard output is the port. Everything received is one JSON line in OUT. The
programs of others judge what we send: aiosmtpd takes it, Python's email parser reads it, Python's
hmac checks it. Recipients and paths choose how the server behaves; see below.
"""

import argparse
import asyncio
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import os
import signal
import ssl
import sys
import threading
import time
from pathlib import Path

LOCK = threading.Lock()


def record(out, entry):
    with LOCK, open(out, "a", encoding="utf-8") as file:
        file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_mail(envelope):
    message = email.message_from_bytes(envelope.content, policy=email.policy.default)
    return {
        "from": envelope.mail_from,
        "to": envelope.rcpt_tos,
        "headers": {name: str(value) for name, value in message.items()},
        "to_address": [address.addr_spec for address in message["To"].addresses],
        "to_name": [address.display_name for address in message["To"].addresses],
        "date": message["Date"].datetime.isoformat(),
        "body": message.get_content().replace("\r\n", "\n"),
        "type": message.get_content_type(),
        "defects": [repr(d) for part in [message, *message.values()] for d in part.defects],
        "longest_line": max(len(line) for line in envelope.content.split(b"\r\n")),
        "bare_newlines": envelope.content.replace(b"\r\n", b"").count(b"\n"),
    }


class Mailbox:
    """nobody@ is refused for good, full@ for now, slow@ after a long while."""

    def __init__(self, out, pid_file):
        self.out, self.pid_file, self.count = out, pid_file, 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("full@"):
            return "452 4.2.2 mailbox full"
        if address.startswith("slow@"):
            await asyncio.sleep(30)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        record(self.out, read_mail(envelope))
        self.count += 1
        if self.pid_file and self.count % 10 == 3:
            self.kill()  # taken, and the sender never hears of it
        if self.pid_file and self.count % 10 == 8:
            asyncio.get_running_loop().call_later(0.002, self.kill)  # it may just have heard
        return "250 taken"

    def kill(self):
        try:
            os.kill(int(Path(self.pid_file).read_text()), signal.SIGKILL)
        except (ProcessLookupError, FileNotFoundError):
            pass  # it has ended by itself


def serve_smtp(options):
    from aiosmtpd.smtp import SMTP

    context = None
    if options.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*options.tls)
    mailbox = Mailbox(options.out, options.kill)

    async def serve():
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(mailbox, loop=loop, hostname="trial", tls_context=context,
                         require_starttls=context is not None),
            "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    asyncio.run(serve())


class Hook(http.server.BaseHTTPRequestHandler):
    """/hook checks the signature; /status/418 answers so; /slow takes long; all else is 204."""

    out = secret = None

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        record(self.out, {"path": self.path, "headers": dict(self.headers.items()),
                          "body": body.decode("utf-8"), "signed": self.signed(body)})
        if self.path == "/slow":
            time.sleep(30)
        status = int(self.path.split("/")[2]) if self.path.startswith("/status/") else 204
        if self.path == "/hook" and not self.signed(body):
            status = 401
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def signed(self, body):
        stamp = self.headers.get("X-HaiDang-Timestamp", "")
        wanted = hmac.new(self.secret.encode(), stamp.encode() + b"." + body, hashlib.sha256)
        given = self.headers.get("X-HaiDang-Signature", "")
        return hmac.compare_digest("sha256=" + wanted.hexdigest(), given)

    def log_message(self, *arguments):
        pass


def serve_http(options):
    Hook.out, Hook.secret = options.out, options.secret
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    print(server.server_port, flush=True)
    server.serve_forever()


def end_with(parent):
    """A test that crashes leaves no server behind."""
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(0)


def main():
    threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["smtp", "http"])
    parser.add_argument("out")
    parser.add_argument("--kill")
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--secret", default="")
    options = parser.parse_args()
    {"smtp": serve_smtp, "http": serve_http}[options.kind](options)


if __name__ == "__main__":
    sys.exit(main())
