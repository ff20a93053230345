#!/usr/bin/python3
"""A real SMTP server for mail_test: aiosmtpd, as the mode given on the command line.

    smtp_server.py plain|starttls|smtps|auth [CERT KEY]

Prints its port, then each mail as one line of JSON; ends when standard input does.
Recipients choose the answer: full@ -> 452, nobody@ -> 550; "refuse me" in the content -> 554.
"""

import asyncio
import json
import ssl
import sys

from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import AuthResult, LoginPassword


class Box:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("full@"):
            return "452 4.2.2 mailbox full"
        if address.startswith("nobody@"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        content = envelope.original_content.decode("utf-8", "replace")
        if "refuse me" in content:
            return "554 5.7.1 content refused"
        print(json.dumps({"from": envelope.mail_from, "to": envelope.rcpt_tos,
                          "tls": session.ssl is not None, "content": content}), flush=True)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"user", b"secret")
    return AuthResult(success=right, handled=right)


def options(mode, files):
    context = None
    if mode != "plain":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*files)
    if mode == "smtps":
        return {"ssl_context": context}
    if mode == "starttls":
        return {"tls_context": context, "require_starttls": True}
    if mode == "auth":
        return {"tls_context": context, "require_starttls": True, "authenticator": authenticate,
                "auth_required": True, "auth_require_tls": True}
    return {}


def main():
    mode, files = sys.argv[1], sys.argv[2:]
    loop = asyncio.new_event_loop()
    controller = UnthreadedController(Box(), hostname="127.0.0.1", port=0, loop=loop,
                                      **options(mode, files))
    controller.begin()
    print(controller.server.sockets[0].getsockname()[1], flush=True)
    loop.add_reader(sys.stdin, loop.stop)
    loop.run_forever()
    controller.end()


if __name__ == "__main__":
    main()
