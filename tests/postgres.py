#!/usr/bin/env python3
"""Runs a command beside a real PostgreSQL of its own.

    tests/postgres.py [--no-fsync] COMMAND [ARGUMENT…]

Starts PostgreSQL 15 in a temporary directory, on a Unix socket there and on no port, prints its
address, runs COMMAND with HAIDANG_TEST_POSTGRESQL set to it, and stops it at the end however that
comes, also when this process is killed: the server is watched by a process of its own. As root it
runs the server as user postgres. Exits as COMMAND does; 2 where PostgreSQL is not installed.
"""

import argparse
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# The watcher: waits until its standard input ends, which happens when we do, then clears up.
WATCHER = r"""
import os, shutil, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pid, directory = int(sys.argv[1]), sys.argv[2]
sys.stdin.read()
try:
    os.kill(pid, signal.SIGQUIT)
except ProcessLookupError:
    pass
shutil.rmtree(directory, ignore_errors=True)
"""


def find_programs():
    for directory in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (directory / "initdb").exists() and directory.parent.name == "15":
            return directory
    if found := shutil.which("initdb"):
        return Path(found).parent
    print("tests/postgres.py: PostgreSQL 15 is not installed: apt-get install postgresql-15",
          file=sys.stderr)
    raise SystemExit(2)


def server_user():
    """Whom the server runs as: PostgreSQL refuses root."""
    return pwd.getpwnam("postgres") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def as_user(user):
    if os.geteuid() != 0:
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def make_cluster(programs, directory, user):
    subprocess.run(
        [programs / "initdb", "-D", directory / "data", "-U", "haidang", "-A", "trust",
         "-E", "UTF8", "--locale=C", "--no-sync"],
        check=True, stdout=subprocess.DEVNULL, cwd=directory, **as_user(user))


def start(programs, directory, user, fsync):
    settings = {"listen_addresses": "", "unix_socket_directories": str(directory),
                "fsync": "on" if fsync else "off", "max_connections": "200",
                "logging_collector": "off", "log_min_messages": "fatal"}
    words = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
    log = open(directory / "server.log", "wb")
    return subprocess.Popen([programs / "postgres", "-D", directory / "data", *words],
                            stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=directory,
                            start_new_session=True, **as_user(user))


def wait_ready(programs, directory, server):
    for _ in range(300):
        if server.poll() is not None:
            break
        ready = subprocess.run([programs / "pg_isready", "-q", "-h", directory], cwd="/")
        if ready.returncode == 0:
            return
        time.sleep(0.1)
    raise SystemExit("PostgreSQL did not start:\n" + (directory / "server.log").read_text())


def stop(server, directory):
    server.send_signal(signal.SIGINT)  # "fast": sessions are ended
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait(timeout=10)
    shutil.rmtree(directory, ignore_errors=True)


def run(command, address):
    environment = os.environ | {"HAIDANG_TEST_POSTGRESQL": address}
    child = subprocess.Popen(command, env=environment)
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda number, _: child.send_signal(number))
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:  # the terminal has told the child too
            continue


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--no-fsync", action="store_true", help="faster, and nothing is durable")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="what to run")
    chosen = parser.parse_args()
    if not chosen.command:
        parser.error("name the command to run")
    programs = find_programs()
    user = server_user()
    directory = Path(tempfile.mkdtemp(prefix="haidang-pg-"))
    os.chown(directory, user.pw_uid, user.pw_gid)
    make_cluster(programs, directory, user)
    server = start(programs, directory, user, not chosen.no_fsync)
    watcher = subprocess.Popen([sys.executable, "-c", WATCHER, str(server.pid), str(directory)],
                               stdin=subprocess.PIPE, start_new_session=True)
    try:
        wait_ready(programs, directory, server)
        address = f"postgresql:host={directory} user=haidang dbname=postgres"
        print(f"HAIDANG_TEST_POSTGRESQL='{address}'", file=sys.stderr, flush=True)
        code = run(chosen.command, address)
    finally:
        stop(server, directory)
        watcher.stdin.close()
        watcher.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
