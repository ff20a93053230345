"""What is right for each actor: the status, the content, and what a list may hold."""

import io
import zipfile

from matrix_table import CHANGES
from matrix_world import A, CONTACT, PROCEDURES, REMARK, REMARK_FOR, SECRET


def wanted(operation, actor, chosen):
    """The statuses that are right: who they are, what their role grants, then how far."""
    permission = operation["x-permission"]
    declared = chosen.wanted if isinstance(chosen.wanted, set) else {chosen.wanted}
    if permission == "none":
        return declared
    if actor.dead:
        return {401}
    if permission != "self" and (actor.unready or not actor.scope(permission)):
        return {403}
    if operation["method"] in CHANGES and not actor.csrf:
        return {403}
    return declared


def may_have(actor, case, field):
    """Whether a restricted field of the case may reach the actor in any way."""
    for_whom = set(PROCEDURES[case.procedure]["fields"][field].get("visible_to", []))
    return case.seen_by(actor) and (not for_whom or bool(for_whom & case.parties_of(actor.unit)))


FIELD_OF_SECRET = {"incident": "description", "repair": "failure", "difficulty": "description",
                   "report": "what"}
FIELD_OF_CONTACT = {"incident": "contact_name", "repair": "contact_name",
                    "difficulty": "contact_name", "report": "reporter_name"}


def markers_for(world, actor):
    """The content that this actor may come across somewhere."""
    if actor.dead or actor.unready:
        return set()
    allowed = set()
    for case in world.cases.values():
        if may_have(actor, case, FIELD_OF_SECRET[case.procedure]):
            allowed.add(SECRET)
        if may_have(actor, case, FIELD_OF_CONTACT[case.procedure]):
            allowed.add(CONTACT)
    incident = world.cases["incident"]
    if incident.seen_by(actor) and (actor.unit == A or
                                    incident.parties_of(actor.unit) & set(REMARK_FOR)):
        allowed.add(REMARK)
    return allowed


# Who proves the report theirs by its secret gets it, whoever they are; whoever inspects the ledger
# reads the acts themselves (ledger.read).
UNRESTRICTED = {"show_report", "list_acts"}


# --- Lists hold only what is theirs ---------------------------------------------------------


def only_own(key, permission, unit_of):
    def check(_world, actor, answer, _chosen):
        if actor.scope(permission) == "city":
            return []
        return [f"lists something of {unit_of(one)}" for one in answer.json[key]
                if unit_of(one) != actor.unit]
    return check


def accounts_belong(world, actor, answer, chosen):
    """The cursor of the next page is one of theirs too."""
    found = only_own("accounts", "account.read", lambda one: one["unit"])(
        world, actor, answer, chosen)
    cursor, listed = answer.json.get("next"), [one["id"] for one in answer.json["accounts"]]
    if cursor not in (None, *listed):
        found.append(f"tells of {cursor} by its cursor")
    return found


def entries_belong(world, actor, answer, chosen):
    if actor.scope("registry.read") == "city":
        return []
    return [f"lists {e['kind']} {e['id']} of {e['unit']}" for e in answer.json["entries"]
            if e["kind"] != "unit" and e["unit"] != actor.unit]


def export_belongs(world, actor, answer, chosen):
    if actor.scope("registry.export") == "city":
        return []
    content = answer.content
    if zipfile.is_zipfile(io.BytesIO(content)):  # a workbook
        book = zipfile.ZipFile(io.BytesIO(content))
        content = b"".join(book.read(name) for name in book.namelist())
    if (b"matrix-a" in content) == (actor.unit == A):
        return []
    return ["does not export what is theirs" if actor.unit == A else "exports what is A's"]


def imports_belong(world, actor, answer, chosen):
    if actor.scope("registry.import") == "city" or actor.unit == A:
        return [f"could not import: {answer.json}"] if answer.json["bad"] else []
    return [] if answer.json["added"] == 0 and answer.json["bad"] else ["imports what is A's"]


def cases_belong(world, actor, answer, chosen):
    listed = {one["id"] for one in answer.json["cases"]}
    asked = [case for case in world.cases.values()
             if chosen.query.get("unit", A) in case.parties or "unit" not in chosen.query]
    return [("misses " if case.seen_by(actor) else "lists ") + case.name
            for case in asked if (case.id in listed) != case.seen_by(actor)]


def case_shows_its_fields(world, actor, answer, chosen):
    fields = answer.json["fields"]
    case = next(c for c in world.cases.values() if c.id == answer.json["id"])
    return [("hides " if may_have(actor, case, name) else "shows ") + name
            for name in (FIELD_OF_SECRET[case.procedure], FIELD_OF_CONTACT[case.procedure])
            if (name in fields) != may_have(actor, case, name)]


def notices_belong(world, actor, answer, chosen):
    found = only_own("notices", "notice.read", lambda one: one["to"]["unit"])(
        world, actor, answer, chosen)
    ids = {one["id"] for one in answer.json["notices"]}
    if actor.scope("notice.read") == "self" and world.notice_of_a in ids:
        found.append("lists somebody else's notice")
    return found


BELONGS = {
    "list_accounts": accounts_belong,
    "list_tokens": only_own("tokens", "token.manage", lambda one: one["unit"]),
    "list_entries": entries_belong,
    "export_entries": export_belongs,
    "import_entries": imports_belong,
    "list_cases": cases_belong,
    "show_case": case_shows_its_fields,
    "list_notices": notices_belong,
}
