"""`triage odoo setup`: makes once, with an administrator's key, what the service needs in an Odoo without our module.

A second run changes nothing; `remove` takes all away. The key is used for this and never stored. Makes no supplier,
order, price or anything else than the group, its read-only rights, its user and the one server action.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from triage.erp.odoo import action, allowed
from triage.erp.odoo.wire import Wire
from triage.errors import ErpRefusedError

Tell = Callable[[str], None]
#: Names of the automations that hint at news: a mail for an order, and with our module a judgement.
_HINTS = {"purchase.order": ("Triage: hint of a mail", "on_message_received"),
          "triage.advisory.feedback": ("Triage: hint of a judgement", "on_create")}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Where Odoo hints that there is news."""

    url: str  # of our service: "https://triage.example/hooks/odoo"
    secret: str = field(repr=False)
    token: str = field(repr=False)  # stands in the address where Odoo can't sign


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What stands in Odoo now."""

    user_id: int
    action_id: int | None  # None: our module is installed and takes the notes
    changes: int  # records made or corrected


class Setup:
    """Makes or removes the service's records through an administrator's wire (purpose SETUP)."""

    def __init__(
        self, wire: Wire, *, dry_run: bool, tell: Tell, server_action: bool = False, hook: Hook | None = None
    ) -> None:
        """server_action: made even where our module is installed. hook: where Odoo hints at news; None: nowhere."""
        self._wire, self._dry_run, self._tell, self._server_action = wire, dry_run, tell, server_action
        self._hook = hook
        self._changes = 0
        self._known: dict[str, dict[str, Any]] = {}

    def make(self) -> Made:
        """Bring everything into place. Raises ErpRefusedError where the key is no administrator's."""
        if self._hook is not None:
            self._hints(self._hook)
        # 17 ends no key by itself.
        lasting = {"api_key_duration": 365.0} if "api_key_duration" in self._fields("res.groups") else {}
        group = self._one("res.groups", {"name": action.GROUP}, lasting)
        if self._has_module() and not self._server_action:
            # Our module brings the rights, and takes the notes itself: only its user is missing.
            return Made(user_id=self._user(group), action_id=None, changes=self._changes)
        for model, model_id in self._models():
            right = {"name": f"{action.GROUP}: {model}", "model_id": model_id, "group_id": group}
            flags = {"perm_read": True, "perm_write": False, "perm_create": False, "perm_unlink": False}
            self._one("ir.model.access", right, flags)
        user = self._user(group)
        orders = dict(self._models())["purchase.order"]
        made = self._one(
            "ir.actions.server",
            {"name": action.ACTION},
            {"state": "code", "model_id": orders, "code": action.code(self._wire.version()[0])},
            new={self._groups("ir.actions.server"): [(6, 0, [group])]},
        )
        return Made(user_id=user, action_id=made, changes=self._changes)

    def _hints(self, hook: Hook) -> None:
        """Automations that call our hook: signed where our module is installed, else with a token in the address."""
        signs = self._has_module()
        if not self._search("ir.model", [("model", "=", "base.automation")], ["model"]):
            raise ErpRefusedError(
                "has no automation rules",
                subject="Odoo",
                way_out="Install its module base_automation, or leave --hook.",
            )
        if signs:
            self._secret(hook.secret)
        url = hook.url if signs else f"{hook.url}/{hook.token}"
        for row in self._search("ir.model", [("model", "in", list(_HINTS))], ["model"]):
            name, trigger = _HINTS[row["model"]]
            own = {"state": "webhook", "webhook_url": url}
            if self._search("base.automation", [("name", "=", name)], ["id"]):
                self._one("ir.actions.server", {"name": name}, own)
                continue
            call = {"name": name, "model_id": row["id"], "usage": "base_automation", **own}
            self._create(
                "base.automation",
                {"name": name, "model_id": row["id"], "trigger": trigger, "action_server_ids": [(0, 0, call)]},
            )

    def _secret(self, secret: str) -> None:
        known = self._wire.call("ir.config_parameter", "get_param", {"key": allowed.HOOK_PARAMETER})
        if (known or "") == secret:
            return
        self._changes += 1
        self._tell(f"{'set' if secret else 'remove'} ir.config_parameter {allowed.HOOK_PARAMETER}")
        if not self._dry_run:
            told = {"key": allowed.HOOK_PARAMETER, "value": secret or False}
            self._wire.call("ir.config_parameter", "set_param", told)

    def _user(self, group: int) -> int:
        """The service's user: no role of an internal user, since whoever has one could post and mail by himself."""
        companies = [row["id"] for row in self._search("res.company", [], ["id"])]
        own = {self._groups("res.users"): [(6, 0, [group])]}
        rights = {**own, "company_ids": [(6, 0, companies)], "company_id": min(companies)}
        user = self._one("res.users", {"login": action.LOGIN}, {"name": "Triage service"}, new=rights)
        found = self._search("res.users", [("id", "=", user)], ["company_ids"])
        missing = sorted(set(companies).difference(*(row["company_ids"] for row in found))) if found else []
        if missing:
            self._changes += 1
            self._tell(f"correct res.users {user}: companies {missing}")
            if not self._dry_run:
                self._wire.call("res.users", "write", {"vals": {"company_ids": [(6, 0, companies)]}}, ids=[user])
        return user

    def _has_module(self) -> bool:
        return bool(self._search("ir.model", [("model", "=", "triage.advisory")], ["model"]))

    def remove(self) -> int:
        """Take away all that `make` made; returns how many records."""
        automations = bool(self._search("ir.model", [("model", "=", "base.automation")], ["model"]))
        hints: list[Any] = [("name", "in", [name for name, _ in _HINTS.values()])]
        self._secret("")
        for model, domain in (
            *([("base.automation", hints)] if automations else []),
            ("ir.actions.server", ["|", ("name", "=", action.ACTION), *hints]),
            ("ir.model.access", [("name", "=like", f"{action.GROUP}: %")]),
            ("res.users", [("login", "=", action.LOGIN)]),
            ("res.groups", [("name", "=", action.GROUP)]),
        ):
            ids = [row["id"] for row in self._search(model, domain, ["id"])]
            if not ids or (model == "res.groups" and self._has_module()):
                continue  # the module's own group stays with it
            self._changes += len(ids)
            self._tell(f"remove {model} {', '.join(map(str, ids))}")
            if not self._dry_run:
                self._wire.call(model, "unlink", ids=ids)
        return self._changes

    def _fields(self, model: str) -> dict[str, Any]:
        if model not in self._known:
            self._known[model] = self._wire.call(model, "fields_get", {"attributes": ["type"]})
        return self._known[model]

    def _groups(self, model: str) -> str:
        """What a record's groups are called: `groups_id` until 18."""
        return "group_ids" if "group_ids" in self._fields(model) else "groups_id"

    def _models(self) -> Iterator[tuple[str, int]]:
        """(model, id in ir.model) of what the service reads, as far as this Odoo has it."""
        rows = self._search("ir.model", [("model", "in", list(action.READS))], ["model"])
        yield from sorted((row["model"], row["id"]) for row in rows)

    def _search(self, model: str, domain: list[Any], names: list[str]) -> list[dict[str, Any]]:
        asked = {"domain": domain, "fields": names}
        found: list[dict[str, Any]] = self._wire.call(model, "search_read", asked, context={"active_test": False})
        return found

    def _one(
        self, model: str, key: dict[str, Any], values: dict[str, Any], *, new: dict[str, Any] | None = None
    ) -> int:
        """The record with that key: made where it is missing, corrected where it differs. new: only for a made one."""
        domain = [(name, "=", value) for name, value in key.items()]
        found = self._search(model, domain, ["id", *values])
        if len(found) > 1:
            raise ErpRefusedError(
                f"{len(found)} records are called {key}", subject=model, way_out="Remove all but one."
            )
        if not found:
            return self._create(model, {**key, **values, **(new or {})})
        row = found[0]
        differing = {name: value for name, value in values.items() if not _equal(row.get(name), value)}
        if differing:
            self._changes += 1
            self._tell(f"correct {model} {row['id']}: {', '.join(differing)}")
            if not self._dry_run:
                self._wire.call(model, "write", {"vals": differing}, ids=[row["id"]])
        return int(row["id"])

    def _create(self, model: str, values: dict[str, Any]) -> int:
        self._changes += 1
        self._tell(f"create {model}: " + ", ".join(f"{name}={_brief(value)}" for name, value in values.items()))
        if self._dry_run:
            return 0
        made = self._wire.call(model, "create", {"vals_list": [values]})
        return int(made[0] if isinstance(made, list) else made)


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, list | tuple) and len(one) == 2 and isinstance(one[0], int):
        one = one[0]  # a link as [id, name]
    if isinstance(one, str) and isinstance(other, str):
        return one.strip() == other.strip()
    return bool(one == other)


def _brief(value: Any) -> str:
    text = str(value).replace("\n", "⏎")
    return text if len(text) <= 70 else f"{text[:69]}…"
