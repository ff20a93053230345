"""What every operation of api/openapi.yaml is asked with, and what each actor must get.

A row is a function of the world and the actor that gives Try()s: one request each, and the status
that the actor gets *where their role has the permission*. Who has it at all, and how far it reaches,
comes from x-permission and catalogue/access/roles.yml; which unit is which party of a case, and which
party takes an action, from matrix_world.py and catalogue/procedures.
"""

import itertools
from dataclasses import dataclass, field

from city import PASSWORD, totp
from matrix_world import A, FIELDS, OPEN_KIND, PROCEDURES, REPEATABLE, secret_of

CHANGES = {"POST", "PUT", "DELETE"}
ROWS = {}
FRESH = itertools.count(1)


@dataclass
class Try:
    wanted: object  # a status or several
    path: dict = field(default_factory=dict)
    query: dict = field(default_factory=dict)
    body: object = None
    raw: bytes = None
    headers: dict = field(default_factory=dict)
    about: str = ""
    after: object = None  # called with the answer where it was 2xx


def row(function):
    ROWS[function.__name__] = function
    return function


def rows(*names):
    def add(function):
        for name in names:
            ROWS[name] = function
        return function
    return add


def own_unit(actor, permission, unit=A, otherwise=404, wanted=200):
    scope = actor.scope(permission)
    return wanted if scope == "city" or (scope and actor.unit == unit) else otherwise


# --- Sessions and one's own account ----------------------------------------------------


@row
def log_in(world, actor):
    yield Try(201, body={"account": world.target("account"), "password": PASSWORD})


@row
def show_session(world, actor):
    yield Try(200)


@row
def log_out(world, actor):
    yield Try(422 if actor.machine else 204)


@row
def change_password(world, actor):
    """A machine has no password."""
    new = actor.password + "+"
    yield Try(404 if actor.machine else 204,
              body={"old_password": actor.password, "new_password": new},
              after=lambda _: setattr(actor, "password", new))


@row
def begin_totp(world, actor):
    def remember(answer):
        actor.pending = secret_of(answer.json["link"])
    yield Try(404 if actor.machine else 409 if actor.has_totp else 201, after=remember)


@row
def confirm_totp(world, actor):
    def remember(_):
        actor.has_totp, actor.pending = True, ""
        actor.unready = actor.unready and actor.name != "must set second factor"
    wanted = 404 if actor.machine else 204 if actor.pending else 409
    yield Try(wanted, body={"code": totp(actor.pending or "A" * 32)}, after=remember)


# --- Accounts and tokens -----------------------------------------------------------------


@row
def list_roles(world, actor):
    yield Try(200)


@row
def list_accounts(world, actor):
    yield Try(200, query={"limit": 200})
    yield Try(200, query={"limit": 2}, about="a short page")


@row
def create_account(world, actor):
    yield Try(201, body={"id": f"y{next(FRESH)}", "name": "Người mới", "unit": A, "roles": ["officer"],
                         "email": "y@haidang.example", "password": PASSWORD})


def account(world):
    return {"account": world.target("account")}


@row
def show_account(world, actor):
    yield Try(own_unit(actor, "account.read"), account(world))
    yield Try(404, {"account": "nobody"}, about="nobody")


@row
def change_account(world, actor):
    yield Try(own_unit(actor, "account.manage"), account(world),
              body={"name": "Tên mới", "roles": ["head"]}, after=lambda _: world.used("account"))


@row
def reset_password(world, actor):
    yield Try(own_unit(actor, "account.manage", wanted=204), account(world),
              body={"password": PASSWORD + "?"}, after=lambda _: world.used("account"))


@rows("unlock_account", "end_sessions", "remove_totp")
def account_is_helped(world, actor):
    yield Try(own_unit(actor, "account.manage", wanted=204), account(world))


@row
def list_tokens(world, actor):
    yield Try(200)
    yield Try(200, query={"unit": A}, about="of A")


@row
def issue_token(world, actor):
    body = {"label": "máy", "unit": A, "roles": ["reader"]}
    yield Try(own_unit(actor, "token.manage", wanted=201, otherwise=403), body=body)
    yield Try(own_unit(actor, "token.manage", wanted=422, otherwise=403),
              body={**body, "roles": ["auditor"]}, about="with a person's role")


@row
def revoke_token(world, actor):
    yield Try(own_unit(actor, "token.manage", wanted=204), {"token": world.target("token")},
              after=lambda _: world.used("token"))


# --- Registry ------------------------------------------------------------------------------


@rows("list_kinds", "list_role_holders")
def registry_directory(world, actor):
    yield Try(200)


@row
def list_entries(world, actor):
    for kind in ("unit", *world.entries):
        yield Try(200, {"kind": kind}, about=kind)
        yield Try(200, {"kind": kind}, {"unit": A}, about=f"{kind} of A")


@row
def export_entries(world, actor):
    for kind, form in itertools.product(world.entries, ("csv", "xlsx")):
        yield Try(200, {"kind": kind}, {"unit": A, "format": form}, about=f"{kind} as {form}")


@rows("show_entry", "show_entry_history")
def entry_is_read(world, actor):
    for kind, id in world.entries.items():
        yield Try(own_unit(actor, "registry.read"), {"kind": kind, "id": id}, about=kind)
    yield Try(404, {"kind": "person", "id": "nobody"}, about="nobody")
    yield Try(200, {"kind": "unit", "id": A}, about="the unit itself")


@row
def put_entry(world, actor):
    mine = own_unit(actor, "registry.write", otherwise=403)
    fields = {"name": f"Người của A {next(FRESH)}", "unit": A}
    path = {"kind": "person", "id": world.entries["person"]}
    yield Try(mine, path, body={"fields": fields}, about="A's person")
    if mine == 403:
        yield Try(403, path, body={"fields": {**fields, "unit": actor.unit}},
                  about="A's person taken over")
    city_only = 200 if actor.scope("registry.write") == "city" else 403
    yield Try(city_only, {"kind": "provider", "id": "matrix"},
              body={"fields": {"name": f"Công ty {next(FRESH)}"}}, about="a provider, for all")


@row
def end_entry(world, actor):
    yield Try(own_unit(actor, "registry.write", wanted=204),
              {"kind": "site", "id": world.target("site")}, body={"valid_to": "2099-01-01"},
              after=lambda _: world.used("site"))


@row
def import_entries(world, actor):
    """A row of another unit is bad, as any other that may not stand: 200, and nothing is put."""
    table = f"id,name,unit\nm{next(FRESH)},Người nhập vào,{A}\n".encode()
    csv = {"Content-Type": "text/csv"}
    yield Try(200, {"kind": "person"}, raw=table, headers=csv, about="a person of A")
    city_only = 200 if actor.scope("registry.import") == "city" else 403
    yield Try(city_only, {"kind": "provider"}, raw=b"id,name\nmatrix-csv,Cong ty\n", headers=csv,
              about="a provider, for all")


# --- Cases ---------------------------------------------------------------------------------


@row
def list_procedures(world, actor):
    yield Try(200)


@row
def show_procedure(world, actor):
    for name in PROCEDURES:
        yield Try(200, {"procedure": name}, about=name)
    yield Try(404, {"procedure": "none"}, about="none")


@row
def list_cases(world, actor):
    yield Try(200, query={"limit": 200})
    yield Try(200, query={"unit": A, "limit": 200}, about="of A")


@row
def open_case(world, actor):
    for name in ("incident", "repair", "difficulty"):
        yield Try(own_unit(actor, "case.open", otherwise=403, wanted=201),
                  body={"procedure": name, "subject": A, "fields": FIELDS[name]()}, about=name)


@rows("show_case", "show_timeline", "print_case")
def case_is_read(world, actor):
    for case in world.cases.values():
        yield Try(200 if case.seen_by(actor) else 404, {"case": case.id}, about=case.name)
    yield Try(404, {"case": "0" * 20}, about="no case")


@row
def act_on_case(world, actor):
    for case in world.cases.values():
        action, fields = REPEATABLE[case.procedure]
        takers = set(PROCEDURES[case.procedure]["actions"][action]["parties"])
        takes = 200 if takers & case.parties_of(actor.unit) else 403
        yield Try(takes if case.seen_by(actor) else 404, {"case": case.id, "action": action},
                  body={"fields": fields}, about=case.name)


def adds(actor, case, permission):
    if not actor.scope(permission):
        return 403
    if not case.seen_by(actor):
        return 404
    return 200 if actor.scope(permission) == "city" or case.parties_of(actor.unit) else 403


@row
def comment_on_case(world, actor):
    for case in world.cases.values():
        yield Try(adds(actor, case, "case.comment"), {"case": case.id},
                  body={"text": "đã xem", "visible_to": []}, about=case.name)


@row
def attach_to_case(world, actor):
    """With a document of their own; and with one that they know only by its SHA-256."""
    for case in world.cases.values():
        wanted = adds(actor, case, "case.attach")
        body = {"kind": OPEN_KIND[case.procedure], "sha256": "f" * 64, "filename": "b.txt"}
        yield Try(422 if wanted == 200 else wanted, {"case": case.id}, body=body,
                  about=f"{case.name}, not sent before")
        if wanted == 200 and actor.csrf and not actor.dead and not actor.unready:
            sent = actor.client.upload(f"paper {next(FRESH)}".encode())
            body = {**body, "sha256": sent["sha256"]}
        yield Try(wanted, {"case": case.id}, body=body, about=case.name)


@row
def link_case(world, actor):
    for case in world.cases.values():
        yield Try(adds(actor, case, "case.link"), {"case": case.id},
                  body={"case": case.twin, "how": f"how{next(FRESH)}"}, about=case.name)


@row
def watch_case(world, actor):
    for case in world.cases.values():
        yield Try(200 if case.seen_by(actor) else 404, {"case": case.id}, body={"watching": True},
                  about=case.name)


@row
def download_document(world, actor):
    for case in world.cases.values():
        kinds = PROCEDURES[case.procedure]["documents"]
        for kind, (sha256, unit) in case.documents.items():
            for_whom = set(kinds[kind].get("visible_to", []))
            shown = not for_whom or for_whom & case.parties_of(actor.unit) or unit == actor.unit
            seen = case.seen_by(actor) and case.seen_by(actor, "document.read") and shown
            yield Try(200 if seen else 404, {"case": case.id, "sha256": sha256},
                      about=f"{kind} of {case.name}")
    evidence = world.cases["incident"].documents["evidence"][0]
    yield Try(404, {"case": world.cases["report"].id, "sha256": evidence},
              about="evidence by another case")


@row
def upload_document(world, actor):
    yield Try(201, raw=f"sent {next(FRESH)}".encode(),
              headers={"Content-Type": "application/octet-stream"})


# --- The public desk -------------------------------------------------------------------------


@row
def open_report(world, actor):
    yield Try(201, body={"fields": FIELDS["report"]()})


@row
def show_report(world, actor):
    report = world.cases["report"]
    for about, wanted, secret in (("", 200, report.secret), ("another's secret", 404,
                                  world.other_report["secret"]), ("a guess", 404, "0" * 32)):
        yield Try(wanted, {"number": report.number}, headers={"X-Report-Secret": secret}, about=about)
    yield Try(404, {"number": report.number}, about="no secret")
    yield Try(404, {"number": "PA-2026-999999"}, headers={"X-Report-Secret": report.secret},
              about="no such report")


@row
def upload_report_document(world, actor):
    yield Try(201, raw=f"picture {next(FRESH)}".encode(),
              headers={"Content-Type": "application/octet-stream"})


# --- Notices, ledger, program ------------------------------------------------------------------


@row
def list_notices(world, actor):
    yield Try(200, query={"limit": 200})
    yield Try(200, query={"unit": A, "case": world.cases["incident"].id}, about="of A")


@rows("read_notice", "acknowledge_notice")
def notice_is_answered(world, actor):
    personal = actor.scope("notice.acknowledge") == "self"
    yield Try(404 if personal else own_unit(actor, "notice.acknowledge", wanted=204),
              {"notice": world.notice_of_a}, about="to A")
    his = actor.account == world.by_name[f"employee@{A}"].account
    yield Try((204 if his else 404) if personal else own_unit(actor, "notice.acknowledge", wanted=204),
              {"notice": world.notice_of_employee}, about="to A's employee")
    yield Try(404, {"notice": "0" * 20}, about="none")


@row
def retry_notice(world, actor):
    """Without a mail server the notice has failed; once asked for again it waits for its turn."""
    yield Try({204, 409} if actor.scope("notice.retry") == "city" else 404,
              {"notice": world.notice_of_a})


@rows("show_ledger", "list_acts", "verify_ledger", "live", "show_openapi", "show_health",
      "show_readiness", "show_metrics")
def plain(world, actor):
    yield Try(200)
