"""A real city's server for end-to-end tests: the built `haidang`, a data directory of its own.

    with City() as city:
        city.seed()                          # profiles and accounts
        city.start()
        officer = city.log_in("officer")
        officer.post("/api/v1/cases", {...})

Real parts only: the program as users run it, real HTTP, a real SMTP server (aiosmtpd). With
HAIDANG_TEST_POSTGRESQL (see tests/postgres.py) the same runs on PostgreSQL.
"""

import base64
import hashlib
import hmac
import http.client
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
import urllib.parse
import uuid
from email import message_from_bytes, policy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "den bien sang mai 2026"

# account -> (unit, roles, name); units of catalogue/profiles/haiphong-2025.
ACCOUNTS = {
    "admin": ("so-khcn", ["administrator"], "Quản trị hệ thống"),
    "analyst": ("so-khcn", ["analyst"], "Trực ban CNTT"),
    "police": ("ca-tp", ["police_officer"], "Trực ban Công an"),
    "officer": ("so-y-te", ["officer"], "Cán bộ an toàn thông tin Sở Y tế"),
    "head": ("so-y-te", ["head"], "Giám đốc Sở Y tế"),
    "other": ("so-tai-chinh", ["officer"], "Cán bộ an toàn thông tin Sở Tài chính"),
}


def program():
    return Path(os.environ.get("HAIDANG", ROOT / "build/dev/haidang"))


def totp(secret, at=None):
    """RFC 6238: SHA-1, 30 s, 6 digits."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    counter = struct.pack(">Q", int((at or time.time()) // 30))
    digest = hmac.new(key, counter, hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


class Refused(Exception):
    def __init__(self, status, body):
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body


class Answer:
    def __init__(self, status, headers, content):
        self.status = status
        self.headers = headers
        self.content = content

    @property
    def json(self):
        return json.loads(self.content)


class Client:
    """One person at the API: a cookie and a CSRF token, or a bearer token."""

    def __init__(self, port, ahead=0):
        self.port = port
        self.cookie = None
        self.csrf = None
        self.bearer = None
        self.connection = None

    def move(self, port):
        """The server has started again, elsewhere; the session goes on."""
        self.port = port
        self.hang_up()

    def hang_up(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def ask(self, method, path, body=None, headers=None, raw=None):
        sent = {"Accept-Language": "en"}
        if self.cookie:
            sent["Cookie"] = self.cookie
        if self.csrf and method not in ("GET", "HEAD"):
            sent["X-CSRF-Token"] = self.csrf
        if self.bearer:
            sent["Authorization"] = "Bearer " + self.bearer
        content = raw
        if body is not None:
            content = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        sent.update(headers or {})
        return self._send(method, path, content, sent)

    def _send(self, method, path, content, headers):
        for attempt in (1, 2):
            try:
                return self._send_once(method, path, content, headers)
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                # A kept-alive connection that the server has closed meanwhile.
                self.hang_up()
                if attempt == 2:
                    raise

    def _send_once(self, method, path, content, headers):
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        self.connection.request(method, path, content, headers)
        got = self.connection.getresponse()
        return Answer(got.status, got.headers, got.read())

    def get(self, path, **query):
        if query:
            path += "?" + urllib.parse.urlencode(query)
        return self._good(self.ask("GET", path)).json

    def post(self, path, body=None, **headers):
        answer = self._good(self.ask("POST", path, body if body is not None else {}, headers))
        return answer.json if answer.content else None

    def put(self, path, body, **headers):
        answer = self._good(self.ask("PUT", path, body, headers))
        return answer.json if answer.content else None

    def delete(self, path):
        self._good(self.ask("DELETE", path))

    def upload(self, content):
        return self._good(
            self.ask("POST", "/api/v1/documents", raw=content,
                     headers={"Content-Type": "application/octet-stream"})).json

    def act(self, case, action, fields=None, **more):
        return self.post(f"/api/v1/cases/{case}/actions/{action}", {"fields": fields or {}, **more})

    @staticmethod
    def _good(answer):
        if answer.status >= 400:
            raise Refused(answer.status, answer.content.decode(errors="replace"))
        return answer


class Mailbox:
    """A real SMTP server; remembers what arrived, by recipient."""

    def __init__(self):
        from aiosmtpd.controller import Controller

        self.mails = []
        self.changed = threading.Condition()
        # aiosmtpd asks for a port that is known: take a free one.
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    async def handle_DATA(self, server, session, envelope):
        mail = message_from_bytes(envelope.content, policy=policy.default)
        with self.changed:
            self.mails.append((list(envelope.rcpt_tos), mail))
            self.changed.notify_all()
        return "250 OK"

    def wait_for(self, wanted, seconds=20, what="mail", at_least=1):
        """The mails for which `wanted(recipient, mail)` holds, once there are so many."""
        end = time.time() + seconds
        with self.changed:
            while True:
                found = [m for to, m in self.mails if any(wanted(t, m) for t in to)]
                if len(found) >= at_least:
                    return found
                left = end - time.time()
                if left <= 0:
                    seen = [(to, str(m["Subject"])) for to, m in self.mails]
                    raise AssertionError(f"no such {what} within {seconds} s; there were: {seen}")
                self.changed.wait(left)

    def count(self, wanted):
        with self.changed:
            return sum(1 for to, m in self.mails if any(wanted(t, m) for t in to))

    def ids(self, wanted):
        """Different messages: one sent again after a crash is the same to its reader."""
        with self.changed:
            return {m["Message-ID"] for to, m in self.mails if any(wanted(t, m) for t in to)}

    def stop(self):
        self.controller.stop()


class City:
    def __init__(self, mail=False, settings=()):
        self.dir = Path(tempfile.mkdtemp(prefix="haidang-city-"))
        self.data = self.dir / "data"
        self.mailbox = Mailbox() if mail else None
        self.settings = list(settings)
        self.server = None
        self.port = None
        self.secrets = {}
        self.database = self._database()

    def _database(self):
        server = os.environ.get("HAIDANG_TEST_POSTGRESQL")
        if not server:
            return None
        name = "city_" + uuid.uuid4().hex[:12]
        return fresh_postgresql(server, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        if self.mailbox:
            self.mailbox.stop()
        shutil.rmtree(self.dir, ignore_errors=True)

    # --- The program -------------------------------------------------------------

    def options(self, database=None):
        options = ["--data", str(self.data), "--weak-passwords"]
        if database or self.database:
            options += ["--database", database or self.database]
        return options

    def run(self, *words, check=True, database=None):
        done = subprocess.run([program(), *words, *self.options(database)], capture_output=True, text=True,
                              cwd=self.dir, timeout=300)
        if check and done.returncode != 0:
            raise AssertionError(f"haidang {' '.join(words)}: {done.returncode}\n{done.stderr}")
        return done

    def seed(self):
        """The two profiles, the demonstration people, an account for each role."""
        self.run("profile", "haiphong-2014", "haiphong-2025", "demo-people")
        password = self.dir / "password"
        password.write_text(PASSWORD + "\n")
        for account, (unit, roles, name) in ACCOUNTS.items():
            self.add_account(account, unit, roles, name)

    def add_account(self, account, unit, roles, name):
        """After seed(); while no server runs."""
        words = ["account", "create", "--id", account, "--unit", unit, "--name", name,
                 "--email", f"{account}@haidang.example",
                 "--password-file", str(self.dir / "password"), "--keep-password"]
        for role in roles:
            words += ["--role", role]
        self.run(*words)

    def start(self, *more):
        options = [*self.options(), "--port", "0", *self.settings, *more]
        if self.mailbox:
            options += ["--mail-url", f"smtp://127.0.0.1:{self.mailbox.port}", "--mail-without-tls"]
        self.log = open(self.dir / "server.log", "a")
        self.server = subprocess.Popen([program(), "serve", *options], stdout=subprocess.PIPE,
                                       stderr=self.log, text=True, cwd=self.dir)
        line = self.server.stdout.readline()
        found = re.search(r":(\d+)$", line.strip())
        if not found:
            self.server.wait(10)
            self._forget_server()
            raise AssertionError("the server did not start:\n" + self.log_text())
        self.port = int(found.group(1))

    def log_text(self):
        return (self.dir / "server.log").read_text()

    def kill(self):
        """kill -9: no goodbye."""
        self.server.send_signal(signal.SIGKILL)
        self.server.wait()
        self._forget_server()

    def _forget_server(self):
        self.server.stdout.close()
        self.log.close()
        self.server = None

    def stop(self):
        if self.server is None:
            return
        self.server.send_signal(signal.SIGTERM)
        code = self.server.wait(30)
        self._forget_server()
        assert code == 0, f"the server ended with {code}:\n{self.log_text()}"

    # --- People -------------------------------------------------------------------

    def client(self):
        return Client(self.port)

    def log_in(self, account, ahead=0):
        """Logs in, setting up the second factor where the role wants one."""
        client = self.client()
        body = {"account": account, "password": PASSWORD}
        if account in self.secrets:
            body["totp"] = self._next_code(account, ahead)
        session = self._session(client, body)
        roles = set(session["roles"])
        if account not in self.secrets and roles & {"analyst", "police_officer", "administrator",
                                                    "responder", "auditor", "committee"}:
            link = client.post("/api/v1/session/totp")["link"]
            self.secrets[account] = urllib.parse.parse_qs(urllib.parse.urlparse(link).query)["secret"][0]
            client.put("/api/v1/session/totp", {"code": self._next_code(account, ahead)})
            client.hang_up()
            return self.log_in(account, ahead)
        return client

    def _session(self, client, body):
        answer = client.ask("POST", "/api/v1/session", body)
        if answer.status != 201:
            raise Refused(answer.status, answer.content.decode())
        client.cookie = answer.headers["Set-Cookie"].split(";")[0]
        session = answer.json
        client.csrf = session["csrf"]
        return session

    def _next_code(self, account, ahead):
        """Each code counts once: where this one was used, the next step's (one early is taken)."""
        secret = self.secrets[account]
        used = self.__dict__.setdefault("used_codes", {}).setdefault(account, set())
        while True:
            for step in (0, 30):
                code = totp(secret, time.time() + ahead + step)
                if code not in used:
                    used.add(code)
                    return code
            time.sleep(1)


def fresh_postgresql(server, name):
    """A database of its own on the test server; its address as `haidang --database` takes it."""
    subprocess.run(["psql", "-v", "ON_ERROR_STOP=1", "-q", "-d", server.removeprefix("postgresql:"),
                    "-c", f"CREATE DATABASE {name}"], check=True)
    if server.startswith("postgresql://"):
        parts = urllib.parse.urlsplit(server)
        return urllib.parse.urlunsplit(parts._replace(path="/" + name))
    return re.sub(r"dbname=\S+", f"dbname={name}", server)
