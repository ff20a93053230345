"""Fifty clients, a thousand cases, kill -9 every few seconds: nothing acknowledged is lost.

Issue 3, "Shown by" 4. Each client keeps what the server has acknowledged (2xx); at the end the
ledger must hold each of these exactly once, without a gap, and every table must be what the acts
make. HAIDANG_CRASH_SECONDS says for how long (60). With HAIDANG_TEST_POSTGRESQL on PostgreSQL.
"""

import collections
import http.client
import json
import os
import random
import re
import threading
import time
import unittest

from city import City, Client
from database import Database

SECONDS = float(os.environ.get("HAIDANG_CRASH_SECONDS", "60"))
CLIENTS = 50
CASES = 1000
UNITS = ["vp-ubnd", "so-tai-chinh", "so-y-te", "so-noi-vu", "ttdl"]
ACCOUNTS = {f"can-bo-{unit}-{n}": unit for unit in UNITS for n in (1, 2)}
# Long before today: the law's terms are over, so that every case's clocks fire amid the crashes.
DETECTED = "2026-08-20T01:00:00Z"
# What the unit itself may do next, in a circle, so that a case is never at its end.
NEXT = {
    "reported": ("confirm_incident", {}),
    "handling": ("contain", {"containment": ["isolated"]}),
    "contained": ("recover", {"recovered_at": DETECTED}),
    "recovered": ("relapse", {}),
}


class Lost(Exception):
    """The connection broke: what was asked may have been done or not."""


class Caller(Client):
    """Asks once, and says when it does not know the outcome; follows the server to its next port."""

    def __init__(self, world, like):
        super().__init__(world.city.port)
        self.world = world
        self.cookie, self.csrf = like.cookie, like.csrf

    def _send(self, method, path, content, headers):
        self.world.up.wait()
        if self.port != self.world.city.port:
            self.move(self.world.city.port)
        try:
            return self._send_once(method, path, content, headers)
        except (OSError, http.client.HTTPException) as broken:
            self.hang_up()
            raise Lost from broken

    def until_known(self, *question, **more):
        """For what may be asked twice: reading, and changes that count once however often sent."""
        while True:
            try:
                return self.ask(*question, **more)
            except Lost:
                self.world.count("lost")


class World:
    """What all clients share, and what they were told."""

    def __init__(self, city):
        self.city = city
        self.up = threading.Event()
        self.lock = threading.Lock()
        self.end = None
        self.numbers = collections.Counter()
        self.unexpected = []
        self.opened = {}  # key -> case
        self.cases = {unit: [] for unit in UNITS}
        self.keys = {unit: iter(range(CASES // len(UNITS))) for unit in UNITS}
        self.remarks = {}  # mark -> case
        self.acts = {}  # mark -> (case, version it was based on, version made)

    def count(self, what, more=1):
        with self.lock:
            self.numbers[what] += more

    def is_over(self):
        return time.time() >= self.end

    def next_key(self, unit):
        with self.lock:
            return next(self.keys[unit], None)


class Worker(threading.Thread):
    """One client: an official who opens cases, writes remarks and acts on what colleagues do too."""

    def __init__(self, world, number, unit, session):
        super().__init__(name=f"client-{number}", daemon=True)
        self.world = world
        self.number = number
        self.unit = unit
        self.client = Caller(world, session)
        self.random = random.Random(number)
        self.marks = 0

    def run(self):
        try:
            while not self.world.is_over():
                self.work()
        except Exception as wrong:  # told at the end; a silent thread would be a test that passes
            self.world.unexpected.append(f"{self.name}: {wrong!r}")
        finally:
            self.client.hang_up()

    def work(self):
        if (key := self.world.next_key(self.unit)) is not None:
            self.open(f"mo-{self.unit}-{key}")
        elif cases := self.world.cases[self.unit]:
            # A few cases are everybody's, so that people meet.
            case = self.random.choice(cases[:3] if self.random.random() < 0.3 else cases)
            self.random.choice((self.remark, self.act))(case)

    def mark(self):
        self.marks += 1
        return f"dấu-{self.number}-{self.marks}"

    def is_told(self, answer, *wanted):
        if answer.status in wanted:
            return True
        if answer.status not in (409, 412):
            self.world.unexpected.append(f"{answer.status}: {answer.content[:300]}")
        self.world.count("refused: somebody was faster")
        return False

    def open(self, key):
        body = {"procedure": "incident", "subject": self.unit,
                "fields": {"kind": "malware", "trigger": "none",
                           "detected_at": DETECTED, "contact_name": key,
                           "contact_phone": "+84000000007"}}
        cases = set()
        for _ in range(2 if self.random.random() < 0.1 else 1):
            answer = self.client.until_known("POST", "/api/v1/cases", body,
                                             {"Idempotency-Key": key})
            if self.is_told(answer, 201):
                cases.add(answer.json["id"])
        if len(cases) != 1:
            self.world.unexpected.append(f"{key} opened {cases}")
        with self.world.lock:
            self.world.opened[key] = min(cases)
            self.world.cases[self.unit].append(min(cases))

    def remark(self, case):
        mark = self.mark()
        try:
            answer = self.client.ask("POST", f"/api/v1/cases/{case}/comments", {"text": mark})
        except Lost:
            return self.world.count("lost")
        if self.is_told(answer, 200):
            self.world.remarks[mark] = case

    def act(self, case):
        seen = self.client.until_known("GET", f"/api/v1/cases/{case}")
        if not self.is_told(seen, 200):
            return
        action, fields = NEXT[seen.json["state"]["name"]]
        mark = self.mark()
        # Asked again after a crash: based on a version, it counts once.
        answer = self.client.until_known("POST", f"/api/v1/cases/{case}/actions/{action}",
                                         {"fields": fields, "comment": mark},
                                         {"If-Match": seen.headers["ETag"]})
        if self.is_told(answer, 200):
            self.world.acts[mark] = (case, seen.json["version"], answer.json["version"])


class Crashes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.city = City()
        cls.addClassCleanup(cls.city.__exit__)
        cls.city.seed()
        for account, unit in ACCOUNTS.items():
            cls.city.add_account(account, unit, ["officer"], f"Cán bộ {account}")
        cls.city.add_account("auditor", "thanh-tra", ["auditor"], "Cán bộ thanh tra")
        cls.city.start("--checkpoint-every", "1s")
        cls.world = World(cls.city)
        cls.sessions = {account: cls.city.log_in(account) for account in [*ACCOUNTS, "auditor"]}
        cls.play()
        cls.ledger = cls.read_ledger()

    @classmethod
    def play(cls):
        world = cls.world
        world.end = time.time() + SECONDS
        world.up.set()
        officers = list(ACCOUNTS)
        workers = [Worker(world, n, ACCOUNTS[officers[n % len(officers)]],
                          cls.sessions[officers[n % len(officers)]]) for n in range(CLIENTS)]
        for worker in workers:
            worker.start()
        cls.kill_now_and_then(random.Random(1))
        for worker in workers:
            worker.join(60)
            if worker.is_alive():
                world.unexpected.append(f"{worker.name} never came to its end")

    @classmethod
    def kill_now_and_then(cls, chance):
        while (left := cls.world.end - time.time()) > 1:
            time.sleep(min(chance.uniform(1.5, 4), left))  # the moment is the test
            cls.world.up.clear()
            cls.city.kill()
            cls.city.start("--checkpoint-every", "1s")
            cls.world.up.set()
            cls.world.count("kills")

    @classmethod
    def read_ledger(cls):
        """Every act with its body, from the database itself: the API gives out none of a case's."""
        for session in cls.sessions.values():
            session.move(cls.city.port)
        database, before, count = Database.of(cls.city), -1, 0
        while count != before:  # clocks that fell due meanwhile are still being fired
            time.sleep(1)
            before, count = count, database.rows("SELECT count(*) AS n FROM acts")[0]["n"]
        acts = database.rows("SELECT seq, actor, case_id, kind, body FROM acts ORDER BY seq")
        return [{"seq": act["seq"], "actor": act["actor"], "case": act["case_id"], "kind": act["kind"],
                 "body": json.loads(act["body"])} for act in acts]

    def of_kind(self, kind):
        return [act for act in self.ledger if act["kind"] == kind]

    def marked(self):
        """mark -> acts that carry it: remarks and actions say it, openings name their key."""
        found = collections.defaultdict(list)
        for act in self.ledger:
            if act["kind"] in ("case.commented", "case.acted"):
                found[act["body"]["comment"]].append(act)
            elif act["kind"] == "case.opened":
                found[act["body"]["idempotency"]["key"]].append(act)
        return found

    def test_1_the_clients_were_busy_and_only_refused_where_somebody_was_faster(self):
        numbers = self.world.numbers
        self.assertEqual(self.world.unexpected[:5], [])
        self.assertEqual(len(self.world.opened), CASES)
        self.assertGreaterEqual(numbers["kills"], SECONDS // 6)
        self.assertGreater(len(self.world.remarks), CLIENTS)
        self.assertGreater(len(self.world.acts), CLIENTS)

    def test_2_every_acknowledged_act_is_in_the_ledger(self):
        marked = self.marked()
        wanted = {**self.world.opened, **self.world.remarks,
                  **{mark: case for mark, (case, _, _) in self.world.acts.items()}}
        lost = [mark for mark, case in wanted.items()
                if [act["case"] for act in marked[mark]] != [case]]
        print(f"\n{len(wanted)} acts acknowledged ({len(self.world.opened)} openings, "
              f"{len(self.world.remarks)} remarks, {len(self.world.acts)} actions) to {CLIENTS} "
              f"clients in {SECONDS:.0f} s; {self.world.numbers['kills']} times kill -9; "
              f"{self.world.numbers['lost']} requests broken off; "
              f"{self.world.numbers['refused: somebody was faster']} refused, somebody was faster; "
              f"ledger of {len(self.ledger)} acts; {len(lost)} lost")
        self.assertEqual(lost, [])

    def test_3_the_ledger_has_no_gap(self):
        self.assertEqual([act["seq"] for act in self.ledger],
                         list(range(1, len(self.ledger) + 1)))

    def test_4_nothing_counted_twice(self):
        twice = [mark for mark, acts in self.marked().items() if len(acts) > 1]
        self.assertEqual(twice, [])
        self.assertEqual(len(self.of_kind("case.opened")), CASES)

    def test_5_of_two_who_acted_on_one_version_one_won(self):
        based = collections.Counter((case, seen) for case, seen, _ in self.world.acts.values())
        self.assertEqual([one for one, times in based.items() if times > 1], [])
        marked = self.marked()
        for mark, (_, seen, made) in self.world.acts.items():
            self.assertEqual(made, seen + 1)
            self.assertEqual(marked[mark][0]["body"]["version"], made)

    def test_6_each_case_counts_its_versions_one_by_one_and_shows_them(self):
        versions = collections.defaultdict(list)
        for act in self.ledger:
            if act["case"] and "version" in act["body"]:
                versions[act["case"]].append(act["body"]["version"])
        for case, counted in versions.items():
            self.assertEqual(counted, list(range(1, len(counted) + 1)), case)
        auditor = self.sessions["auditor"]
        for case in random.Random(2).sample(sorted(versions), 20):
            shown = auditor.get(f"/api/v1/cases/{case}/timeline")["timeline"]
            self.assertEqual([act["body"]["version"] for act in shown if "version" in act["body"]],
                             versions[case])

    def test_7_no_clock_fired_twice_for_one_term(self):
        fired = collections.defaultdict(list)
        for act in self.of_kind("clock.fired"):
            fired[act["case"], act["body"]["clock"], act["body"]["run"]].append(act["body"]["n"])
        self.assertGreater(len(fired), 0)
        for clock, counted in fired.items():
            self.assertEqual(counted, list(range(1, len(counted) + 1)), clock)

    def test_8_sessions_outlived_every_crash(self):
        for account, session in self.sessions.items():
            self.assertEqual(session.get("/api/v1/session")["account"], account)
        logins = collections.Counter(act["actor"] for act in self.of_kind("access.login"))
        self.assertEqual({logins[account] for account in ACCOUNTS}, {1})

    def test_9_the_ledger_is_whole_and_its_tables_equal_a_rebuild(self):
        for session in self.sessions.values():
            session.hang_up()
        self.city.stop()
        self.assertIn("; whole", self.city.run("ledger", "verify").stdout)
        before = self.tables()
        self.assertGreater(len(before["proc_case"]), 0)
        self.city.run("ledger", "rebuild")
        after = self.tables()
        for table, rows in before.items():
            self.assertEqual(rows, after[table], table)

    def tables(self):
        database = Database.of(self.city)
        listed = " ".join(row["tables"] for row in
                          database.rows("SELECT tables FROM ledger_projection"))
        return {table: sorted(map(repr, database.rows(f"SELECT * FROM {table}")))
                for table in re.findall(r"[a-z_]+", listed)}


if __name__ == "__main__":
    unittest.main()
