"""Every operation of api/openapi.yaml × every role × two units: none open that should not be.

    HAIDANG=build/dev/haidang /usr/bin/python3 tests/e2e/matrix_test.py

What each must get is computed from x-permission and catalogue/access/roles.yml, and declared per
operation in matrix_table.py; an operation without a row there fails, and so does a row without one.
Every answer is held against its schema, and no restricted content may appear in any of them.
"""

import collections
import http.client
import time
import unittest
import urllib.parse

from city import City, PASSWORD, totp
from matrix_expect import BELONGS, UNRESTRICTED, markers_for, wanted
from matrix_table import ROWS
from matrix_world import (A, B, COMMITTEE, CONTACT, FIELDS, ICT, REMARK, REMARK_FOR, ROLES, SECRET,
                          World, secret_of)
from openapi_check import OpenApi

SETTINGS = ("--logins-per-minute", "100000", "--reports-per-hour", "100000")
# They change what the actor is, so they come last.
LAST = ("change_password", "begin_totp", "confirm_totp", "log_out")


def setUpModule():
    global city, world, api
    api = OpenApi()
    city = City(settings=SETTINGS)
    try:
        city.seed()
        city.start()
        world = World(city)
    except BaseException:
        tearDownModule()
        raise


def tearDownModule():
    city.__exit__()


def address(operation, chosen):
    path = operation["path"]
    for name, value in chosen.path.items():
        path = path.replace("{" + name + "}", urllib.parse.quote(value, safe=""))
    return path + ("?" + urllib.parse.urlencode(chosen.query) if chosen.query else "")


def send(client, operation, chosen):
    if operation["operationId"] == "live":
        return follow(client, operation["path"])
    body = chosen.body
    if body is None and chosen.raw is None and "requestBody" in operation:
        body = {}
    return client.ask(operation["method"], address(operation, chosen), body, chosen.headers,
                      chosen.raw)


class Headers:
    def __init__(self, answer):
        self.status, self.headers, self.content = answer.status, answer.headers, b""


def follow(client, path):
    """A stream has no end: its headers are the answer."""
    sent = {"Cookie": client.cookie} if client.cookie else {}
    if client.bearer:
        sent["Authorization"] = "Bearer " + client.bearer
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=10)
    try:
        connection.request("GET", path, headers=sent)
        got = connection.getresponse()
        answer = Headers(got)
        if got.status >= 400:
            answer.content = got.read()
        return answer
    finally:
        connection.close()


class TheTableKnowsTheApi(unittest.TestCase):
    def test_every_operation_has_a_row_and_every_row_an_operation(self):
        self.assertEqual(sorted(api.operations), sorted(ROWS))

    def test_every_permission_asked_for_is_one_that_roles_are_granted(self):
        granted = {name for role in ROLES.values() for name in role["grants"]}
        for operation in api.operations.values():
            self.assertIn(operation["x-permission"], granted | {"none", "self"},
                          operation["operationId"])


class EveryRouteForEveryRole(unittest.TestCase):
    def test_gives_each_what_is_theirs_and_nothing_else(self):
        outcomes, faults = collections.Counter(), collections.defaultdict(list)
        operations = [*(o for name, o in api.operations.items() if name not in LAST),
                      *(api.operations[name] for name in LAST)]
        for actor in world.actors:
            for operation in operations:
                for chosen in ROWS[operation["operationId"]](world, actor):
                    answer = send(actor.client, operation, chosen)
                    outcomes[answer.status] += 1
                    for fault in self.judge(operation, actor, chosen, answer):
                        faults[fault].append(actor.name)
        print(f"\n{sum(outcomes.values())} combinations of {len(api.operations)} operations, "
              f"{len(world.actors)} clients ({len(ROLES)} roles):",
              ", ".join(f"{count} × {status}" for status, count in sorted(outcomes.items())))
        told = [f"{fault}\n    {', '.join(dict.fromkeys(who))}" for fault, who in faults.items()]
        self.assertFalse(told, f"{len(told)} faults\n" + "\n".join(told[:40]))

    def judge(self, operation, actor, chosen, answer):
        name = operation["operationId"]
        what = name + (f" ({chosen.about})" if chosen.about else "")
        right = wanted(operation, actor, chosen)
        found = []
        if answer.status not in right:
            found.append(f"{what}: {answer.status}, not {sorted(right)}: {answer.content[:160]!r}")
        found += [f"{what}: {fault}" for fault in api.answer_faults(name, answer)]
        if name not in UNRESTRICTED:
            content = answer.content.decode(errors="replace")
            found += [f"{what}: shows {marker}" for marker in (SECRET, CONTACT, REMARK)
                      if marker in content and marker not in markers_for(world, actor)]
        if name in BELONGS and answer.status == 200:
            found += [f"{what}: {fault}"
                      for fault in BELONGS[name](world, actor, answer, chosen)]
        if 200 <= answer.status < 300 and chosen.after:
            chosen.after(answer)
        return found


# --- Particular matters ------------------------------------------------------------------------


class TheAdministrator(unittest.TestCase):
    def test_sees_no_case_document_notice_or_act_by_any_address(self):
        closed = [name for name, o in api.operations.items() if o["x-permission"].split(".")[0]
                  in ("case", "document", "notice", "export") or name == "list_acts"]
        self.assertGreater(len(closed), 15)
        admin = Whom(world.admin, "administrator")
        for name in closed:
            for chosen in ROWS[name](world, admin):
                self.assertEqual(403, send(admin.client, api.operations[name], chosen).status, name)

    def test_cannot_be_an_officer_too(self):
        for roles in (["administrator", "officer"], ["administrator", "auditor"]):
            answer = world.admin.ask("POST", "/api/v1/accounts", {
                "id": f"z{world.unique()}", "name": "Hai vai", "unit": A, "roles": roles,
                "password": PASSWORD})
            self.assertEqual(422, answer.status, roles)

    def test_cannot_give_a_person_a_machines_role(self):
        answer = world.admin.ask("POST", "/api/v1/accounts", {
            "id": f"z{world.unique()}", "name": "Máy", "unit": A, "roles": ["reader"],
            "password": PASSWORD})
        self.assertEqual(422, answer.status)


class Whom:
    """An actor outside the matrix, as far as rows ask."""

    def __init__(self, client, role, unit=ICT):
        self.client, self.role, self.unit = client, role, unit
        self.account, self.csrf, self.unready, self.machine = "", True, False, False

    def scope(self, permission):
        return ROLES[self.role]["grants"].get(permission)


class ARestrictedField(unittest.TestCase):
    """Of an incident before the committee: description is for it too, the contact's name is not."""

    @classmethod
    def setUpClass(cls):
        cls.officer = fresh("officer", A)
        cls.case = cls.officer.post("/api/v1/cases", {"procedure": "incident",
                                                      "fields": FIELDS["incident"]()})["id"]
        analyst = world.desk
        analyst.act(cls.case, "forward_to_committee")
        cls.officer.post(f"/api/v1/cases/{cls.case}/comments",
                         {"text": REMARK, "visible_to": REMARK_FOR})
        cls.eyes = {"officer": cls.officer, "analyst": analyst, "committee": fresh("committee", COMMITTEE),
                    "auditor": fresh("auditor", B)}

    def seen(self, who):
        pages = [self.eyes[who].ask("GET", f"/api/v1/cases/{self.case}{page}").content.decode()
                 for page in ("", "/timeline", "/print")]
        return [[marker in page for marker in (SECRET, CONTACT, REMARK)] for page in pages]

    def test_reaches_the_parties_it_is_for_in_view_timeline_and_print(self):
        for who in ("officer", "analyst"):
            view, timeline, printed = self.seen(who)
            self.assertEqual([True, True, False], view, who)
            self.assertEqual([True, True, True], timeline, who)
            self.assertEqual([True, True, True], printed, who)

    def test_reaches_a_party_as_far_as_each_field_says(self):
        for page in self.seen("committee"):
            self.assertEqual([True, False, False], page)

    def test_does_not_reach_the_auditor_of_the_whole_city(self):
        for page in self.seen("auditor"):
            self.assertEqual([False, False, False], page)

    def test_is_not_found_by_searching_for_it(self):
        for who, client in self.eyes.items():
            for word in (SECRET, CONTACT, REMARK):
                self.assertEqual([], client.get("/api/v1/cases", q=word)["cases"], who)


def fresh(role, unit):
    """A client of a new account, ready to work."""
    client = world.log_in(world.new_account(role, unit))
    if ROLES[role].get("totp_required"):
        link = client.post("/api/v1/session/totp")["link"]
        client.put("/api/v1/session/totp", {"code": totp(secret_of(link))})
    return client


class TheLiveStream(unittest.TestCase):
    def test_tells_each_reader_of_the_cases_they_may_see_and_no_others(self):
        """The other unit's stream is read up to its own case, which comes after."""
        incident = world.cases["incident"].id
        readers = {unit: fresh("officer", unit) for unit in (A, B)}
        streams = {unit: Stream(client) for unit, client in readers.items()}
        readers[A].post(f"/api/v1/cases/{incident}/comments", {"text": "tin mới"})
        theirs = readers[B].post("/api/v1/cases", {"procedure": "difficulty",
                                                   "fields": FIELDS["difficulty"]()})["id"]
        self.assertIn(incident, streams[A].up_to(incident))
        self.assertNotIn(incident, streams[B].up_to(theirs))
        for stream in streams.values():
            stream.close()


class Stream:
    def __init__(self, client):
        self.connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=20)
        self.connection.request("GET", "/api/v1/live", headers={"Cookie": client.cookie})
        self.answer = self.connection.getresponse()

    def up_to(self, word):
        read = ""
        while word not in read:
            line = self.answer.readline().decode()
            if not line:
                raise AssertionError(f"the stream ended before {word}: {read}")
            read += line
        return read

    def close(self):
        self.connection.close()


class AnotherUnitsDocument(unittest.TestCase):
    def test_is_not_had_by_knowing_its_hash(self):
        """Attached to a case of one's own it would be readable there."""
        thief = fresh("officer", B)
        case = thief.post("/api/v1/cases", {"procedure": "incident",
                                            "fields": FIELDS["incident"]()})["id"]
        evidence = world.cases["incident"].documents["evidence"][0]
        for path, body in ((f"/api/v1/cases/{case}/documents",
                            {"kind": "evidence", "sha256": evidence, "filename": "x"}),
                           ("/api/v1/cases", {"procedure": "incident",
                                              "fields": FIELDS["incident"](),
                                              "documents": [{"kind": "evidence", "sha256": evidence,
                                                             "filename": "x"}]}),
                           ("/api/v1/public/reports", {"fields": FIELDS["report"](),
                                                       "documents": [evidence]})):
            taken = thief.ask("POST", path, body)
            self.assertEqual(422, taken.status, path)
            self.assertEqual([], api.problem_faults(taken))
        self.assertEqual(404, thief.ask("GET", f"/api/v1/cases/{case}/documents/{evidence}").status)


class ChangesToAnAccount(unittest.TestCase):
    """Hold at once for sessions that are open."""

    def setUp(self):
        self.account = world.new_account("officer", A)
        self.client = world.log_in(self.account)
        self.cases = lambda: self.client.ask("GET", "/api/v1/cases").status
        self.assertEqual(200, self.cases())

    def change(self, **what):
        world.admin.put(f"/api/v1/accounts/{self.account}", what)

    def test_a_role_taken_away_is_gone(self):
        self.change(roles=["finance"])
        answer = self.client.ask("POST", "/api/v1/cases", {"procedure": "incident", "fields": {}})
        self.assertEqual(403, answer.status)

    def test_a_role_given_is_there(self):
        self.assertEqual(403, self.client.ask("GET", "/api/v1/ledger").status)
        self.change(roles=["auditor"])
        self.assertEqual(403, self.cases(), "an auditor needs a second factor first")

    def test_a_move_to_another_unit_takes_the_cases_along(self):
        path = f"/api/v1/cases/{world.cases['incident'].id}"
        self.assertEqual(200, self.client.ask("GET", path).status)
        self.change(unit=B)
        self.assertEqual(404, self.client.ask("GET", path).status)

    def test_who_is_not_active_is_nobody(self):
        self.change(active=False)
        self.assertEqual(401, self.cases())

    def test_a_password_set_by_another_ends_the_session(self):
        world.admin.post(f"/api/v1/accounts/{self.account}/password", {"password": PASSWORD + "??"})
        self.assertEqual(401, self.cases())

    def test_leaving_ends_the_session(self):
        self.client.delete("/api/v1/session")
        self.assertEqual(401, self.cases())


class AToken(unittest.TestCase):
    def test_ends_when_it_expires(self):
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
        issued = world.admin.post("/api/v1/tokens", {"label": "ngắn hạn", "unit": A,
                                                     "roles": ["reader"], "expires": at})
        machine = city.client()
        machine.bearer = issued["secret"]
        self.assertEqual(200, machine.ask("GET", "/api/v1/cases").status)
        end = time.time() + 10
        while machine.ask("GET", "/api/v1/cases").status == 200:
            self.assertLess(time.time(), end, "the token outlives its end")
            time.sleep(0.2)
        self.assertEqual(401, machine.ask("GET", "/api/v1/cases").status)

    def test_is_no_cookie_and_a_cookie_no_token(self):
        officer = fresh("officer", A)
        crossed = city.client()
        crossed.bearer = officer.cookie.split("=", 1)[1]
        self.assertEqual(401, crossed.ask("GET", "/api/v1/session").status)
        issued = world.new_token(A)
        crossed = city.client()
        crossed.cookie = "haidang_session=" + issued["secret"]
        self.assertEqual(401, crossed.ask("GET", "/api/v1/session").status)

    def test_of_an_officers_own_unit_is_theirs_to_issue_and_no_more(self):
        officer = fresh("officer", B)
        body = {"label": "máy", "unit": B, "roles": ["ingest"]}
        self.assertEqual(201, officer.ask("POST", "/api/v1/tokens", body).status)
        self.assertEqual(403, officer.ask("POST", "/api/v1/tokens", {**body, "unit": A}).status)


class WhatTheApiDoesNotHave(unittest.TestCase):
    def test_is_not_found_or_not_allowed_in_words_of_a_problem(self):
        for method, path, status in (("GET", "/api/v1/nothing", 404), ("GET", "/", 404),
                                     ("DELETE", "/api/v1/cases", 405), ("PATCH", "/healthz", 405)):
            answer = city.client().ask(method, path)
            self.assertEqual(status, answer.status, path)
            self.assertEqual([], api.problem_faults(answer), path)

    def test_a_refusal_is_in_the_ledger(self):
        auditor = fresh("auditor", A)
        self.assertTrue([act for act in all_acts(auditor) if act["kind"] == "access.refused"
                         and act["actor"] == world.refused])

    def test_the_ledger_tells_no_password(self):
        """Not even its hash: whoever reads acts could guess at it at leisure."""
        for act in all_acts(fresh("auditor", A)):
            self.assertNotIn("$argon2", str(act["body"]), act["kind"])


def all_acts(auditor):
    acts, after = [], "0"
    while after:
        page = auditor.get("/api/v1/ledger/acts", after=after, limit=200)
        acts += page["acts"]
        after = page.get("next")
    return acts


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
