#!/usr/bin/python3
"""A mail server for demonstrations: keeps each message as a file, sends nothing on.

    tools/mail_sink.py PORT DIRECTORY
"""

import signal
import sys
import time
from email import message_from_bytes, policy
from pathlib import Path

from aiosmtpd.controller import Controller


class Sink:
    def __init__(self, directory):
        self.directory = directory

    async def handle_DATA(self, server, session, envelope):
        mail = message_from_bytes(envelope.content, policy=policy.default)
        name = f"{time.strftime('%H%M%S')}-{envelope.rcpt_tos[0].split('@')[0]}-{time.time_ns() % 10**6}"
        (self.directory / f"{name}.eml").write_bytes(envelope.content)
        print(f"  thư / mail  {envelope.rcpt_tos[0]:38} {mail['Subject']}", flush=True)
        return "250 OK"


controller = Controller(Sink(Path(sys.argv[2])), hostname="127.0.0.1", port=int(sys.argv[1]))
controller.start()
signal.sigwait([signal.SIGINT, signal.SIGTERM])
controller.stop()
