"""Whom and what the matrix is about: an account for every role in two units, the objects of one.

Unit A is the Department of Health, unit B the Department of Finance; the authorities' roles are also
held in the authorities' own units. Everything is made through the API.
"""

import itertools
import time
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from city import PASSWORD, ROOT, totp

A, B = "so-y-te", "so-tai-chinh"
POLICE, ICT, TEAM, COMMITTEE = "ca-tp", "so-khcn", "bp-ung-cuu", "ubnd-tp"
AT_HOME = {"analyst": ICT, "police_officer": POLICE, "responder": TEAM, "committee": COMMITTEE}

ROLES = yaml.safe_load((ROOT / "catalogue/access/roles.yml").read_text())["roles"]
PROCEDURES = {file.stem: yaml.safe_load(file.read_text())
              for file in (ROOT / "catalogue/procedures").glob("*.yml")}

# Content that must reach nobody but these parties; looked for in every answer of the matrix.
SECRET = "BIMATDOITHU7391"
CONTACT = "DAUMOIKIN5528"
REMARK = "YKIENRIENG6604"
REMARK_FOR = ["police", "ict"]


@dataclass
class Actor:
    name: str
    unit: str = ""
    role: str = ""
    client: object = None
    account: str = ""
    password: str = PASSWORD
    dead: bool = False     # nobody, or somebody whose session has ended: 401
    unready: bool = False  # has to change the password or set up a second factor first
    csrf: bool = True
    machine: bool = False
    has_totp: bool = False
    pending: str = ""      # TOTP secret begun but not confirmed

    def scope(self, permission):
        role = ROLES.get(self.role)
        return role["grants"].get(permission) if role else None


@dataclass
class Case:
    name: str
    procedure: str
    parties: dict  # unit -> parties it holds
    opened_by: str = ""
    id: str = ""
    number: str = ""
    secret: str = ""
    twin: str = ""
    documents: dict = field(default_factory=dict)  # kind -> (sha256, unit)

    def parties_of(self, unit):
        return set(self.parties.get(unit, []))

    def seen_by(self, actor, permission="case.read"):
        scope = actor.scope(permission)
        if scope == "self":
            return self.opened_by == actor.account
        return scope == "city" or (scope in ("unit", "party") and actor.unit in self.parties)


def incident_fields():
    return {"kind": "malware", "trigger": "important_target",
            "detected_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 600)),
            "contact_name": CONTACT, "contact_phone": "+84000000011",
            "description": f"{SECRET} mô tả", "measures": "cách ly"}


FIELDS = {
    "incident": incident_fields,
    "repair": lambda: {"device_kind": "hardware", "failure": f"{SECRET} không lên nguồn",
                       "holds_classified": False, "contact_name": CONTACT,
                       "contact_phone": "+84000000011"},
    "difficulty": lambda: {"subject_matter": "funding", "description": f"{SECRET} thiếu kinh phí",
                           "contact_name": CONTACT, "contact_phone": "+84000000011"},
    "report": lambda: {"about": "website", "what": f"{SECRET} trang bị sửa", "where": "trang chủ",
                       "when_seen": "2026-08-20T01:00:00Z", "reporter_name": CONTACT},
}
# Of each procedure: a kind of document that all who see the case may read.
OPEN_KIND = {"incident": "initial_report", "repair": "photo", "difficulty": "request",
             "report": "attachment"}
# An action that may be taken again and again.
REPEATABLE = {
    "incident": ("record_cause", {"cause": "unknown", "cause_stage": "preliminary"}),
    "repair": ("order_city_team", {"work_order_number": "1"}),
    "difficulty": ("give_ict_opinion", {"ict_opinion": "đồng ý"}),
    "report": ("share_with_police", {}),
}


class World:
    def __init__(self, city):
        self.city = city
        self.count = itertools.count(1)
        self.admin = city.log_in("admin")
        self.desk = city.log_in("analyst")  # of the ICT department: keeps the registry, takes reports
        self.actors = []
        self.by_name = {}
        self.targets = {}
        self._people()
        self.cases = {}
        self._cases()
        self._registry()
        self._notices()
        self._strange_clients()
        # Now, as in the matrix's storm of refusals the record only counts them.
        self.refused = self.new_account("technician", B)
        self.log_in(self.refused).ask("GET", "/api/v1/accounts")

    # --- People --------------------------------------------------------------------

    def new_account(self, role, unit, id=""):
        id = id or f"x{next(self.count)}"
        self.admin.post("/api/v1/accounts", {
            "id": id, "name": f"Người thử {id}", "unit": unit, "email": f"{id}@haidang.example",
            "roles": [role], "password": PASSWORD})
        return id

    def log_in(self, account, password=PASSWORD, ready=True):
        """A session of a new account, its password changed where `ready`."""
        client = self.city.client()
        self.city._session(client, {"account": account, "password": password})
        if ready:
            client.post("/api/v1/session/password",
                        {"old_password": password, "new_password": password + "!"})
        return client

    def _person(self, role, unit):
        account = self.new_account(role, unit, f"{role.replace('_', '-')}.{unit}")
        actor = Actor(f"{role}@{unit}", unit, role, self.log_in(account), account, PASSWORD + "!")
        if ROLES[role].get("totp_required"):
            link = actor.client.post("/api/v1/session/totp")["link"]
            actor.client.put("/api/v1/session/totp", {"code": totp(secret_of(link))})
            actor.has_totp = True
        self._add(actor)

    def _add(self, actor):
        self.actors.append(actor)
        self.by_name[actor.name] = actor
        return actor

    def _people(self):
        for role, it in ROLES.items():
            units = [A, B] + ([AT_HOME[role]] if role in AT_HOME else [])
            for unit in units:
                if it.get("machine"):
                    client = self.city.client()
                    issued = self.new_token(unit, role)
                    client.bearer = issued["secret"]
                    # The record knows a machine by its token.
                    self._add(Actor(f"{role}@{unit}", unit, role, client, "token/" + issued["id"],
                                    machine=True))
                else:
                    self._person(role, unit)

    def _strange_clients(self):
        self._add(Actor("anonymous", client=self.city.client(), dead=True))
        revoked = self._stranger("revoked", "head", dead=True)
        self.admin.delete(f"/api/v1/accounts/{revoked.account}/sessions")
        token = self.new_token(A, "reader")
        client = self.city.client()
        client.bearer = token["secret"]
        self._add(Actor("revoked token", A, "reader", client, dead=True))
        self.admin.delete(f"/api/v1/tokens/{token['id']}")
        forger = self.city.client()
        forger.bearer = "0" * 64
        self._add(Actor("forged token", client=forger, dead=True))
        no_csrf = self._stranger("without CSRF", "officer", csrf=False)
        no_csrf.client.csrf = None
        forged = self._stranger("forged CSRF", "head", csrf=False)
        forged.client.csrf = "f" * len(forged.client.csrf)
        self._stranger("must change password", "officer", ready=False, unready=True)
        self._stranger("must set second factor", "administrator", unready=True)

    def _stranger(self, name, role, ready=True, **how):
        account = self.new_account(role, A)
        return self._add(Actor(name, A, role, self.log_in(account, ready=ready), account,
                               PASSWORD + ("!" if ready else ""), **how))

    def person(self, role, unit):
        return self.by_name[f"{role}@{unit}"]

    # --- Objects -------------------------------------------------------------------

    def new_token(self, unit, role="reader"):
        return self.admin.post("/api/v1/tokens", {"label": "máy thử", "unit": unit, "roles": [role]})

    def unique(self):
        return f"{next(self.count)}"

    def target(self, kind):
        """A thing of unit A that an allowed change uses up: the same until used()."""
        make = {"account": lambda: self.new_account("employee", A),
                "token": lambda: self.new_token(A)["id"],
                "site": lambda: self._put("site", f"s{self.unique()}",
                                          {"name": "Trang thử", "unit": A,
                                           "url": "https://a.haidang.example/"})}
        if kind not in self.targets:
            self.targets[kind] = make[kind]()
        return self.targets[kind]

    def used(self, kind):
        self.targets.pop(kind, None)

    def _put(self, kind, id, fields):
        self.desk.put(f"/api/v1/registry/{kind}/entries/{id}", {"fields": fields})
        return id

    def _cases(self):
        officer = self.person("officer", A)
        employee = self.person("employee", A)
        asked = {A: ["subject"], POLICE: ["police"], ICT: ["ict"]}
        self._case(Case("incident", "incident", asked), officer)
        self._case(Case("own incident", "incident", asked), employee)
        self._case(Case("difficulty", "difficulty", asked), officer)
        self._case(Case("repair", "repair", {A: ["subject", "reporter"], ICT: ["ict"],
                                             TEAM: ["response_team"]}), officer)
        self._report(Case("report", "report", {ICT: ["ict"], POLICE: ["police"]}))
        self.desk.act(self.cases["repair"].id, "receive")
        self.desk.act(self.cases["report"].id, "share_with_police")
        evidence = officer.client.upload(b"evidence " + self.unique().encode())["sha256"]
        incident = self.cases["incident"]
        officer.client.post(f"/api/v1/cases/{incident.id}/documents",
                            {"kind": "evidence", "sha256": evidence, "filename": "log.txt"})
        incident.documents["evidence"] = (evidence, A)
        officer.client.post(f"/api/v1/cases/{incident.id}/comments",
                            {"text": REMARK, "visible_to": REMARK_FOR})

    def _case(self, case, opener):
        def opened():
            return opener.client.post("/api/v1/cases", {
                "procedure": case.procedure, "fields": FIELDS[case.procedure]()})

        first = opened()
        case.id, case.number, case.twin = first["id"], first["number"], opened()["id"]
        case.opened_by = opener.account
        sha256 = opener.client.upload(f"paper of {case.name}".encode())["sha256"]
        kind = OPEN_KIND[case.procedure]
        opener.client.post(f"/api/v1/cases/{case.id}/documents",
                           {"kind": kind, "sha256": sha256, "filename": "a.txt"})
        case.documents[kind] = (sha256, opener.unit)
        self.cases[case.name] = case

    def _report(self, case):
        anyone = self.city.client()
        sent = anyone.ask("POST", "/api/v1/public/documents", raw=b"paper of the report",
                          headers={"Content-Type": "application/octet-stream"}).json
        first = anyone.post("/api/v1/public/reports", {
            "fields": FIELDS["report"](), "subject": A, "documents": [sent["sha256"]]})
        other = anyone.post("/api/v1/public/reports", {"fields": FIELDS["report"](), "subject": A})
        case.number, case.secret = first["number"], first["secret"]
        self.other_report = other
        found = self.desk.get("/api/v1/cases", procedure="report")["cases"]
        ids = {one["number"]: one["id"] for one in found}
        case.id, case.twin = ids[first["number"]], ids[other["number"]]
        case.documents["attachment"] = (sent["sha256"], "")
        self.cases[case.name] = case

    def _registry(self):
        self.entries = {
            "person": self._put("person", "matrix-a", {"name": "Người của A", "unit": A}),
            "system": self._put("system", "matrix-a", {"name": "Hệ thống của A", "owner": A}),
            "asset": self._put("asset", "matrix-a", {"name": "Thiết bị của A", "unit": A,
                                                     "device_kind": "hardware",
                                                     "classified": False}),
        }

    def _notices(self):
        """One to somebody of A who is not in the matrix, one to A's employee in person."""
        incident = self.cases["incident"].id
        employee = self.person("employee", A)
        self.desk.act(incident, "acknowledge")
        to_person = dict(self.admin.get("/api/v1/registry/person/entries/so-y-te-can-bo")["fields"],
                         account=employee.account)
        self._put("person", "so-y-te-can-bo", to_person)
        self.person("police_officer", POLICE).client.act(incident, "acknowledge")
        mine = self.person("officer", A).client.get("/api/v1/notices", case=incident)["notices"]
        own = {one["id"] for one in employee.client.get("/api/v1/notices")["notices"]}
        self.notice_of_a = next(one["id"] for one in mine if one["id"] not in own)
        self.notice_of_employee = next(one["id"] for one in mine if one["id"] in own)


def secret_of(link):
    return urllib.parse.parse_qs(urllib.parse.urlparse(link).query)["secret"][0]
