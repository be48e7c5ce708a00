"""What can be asked of the stage `choose`: scenarios, rules and limits of a session."""

from __future__ import annotations

from collections.abc import Callable

from mockserver.admin.problem import Problem
from mockserver.admin.route import PREFIX, AdminRequest, AdminResponse, Route
from mockserver.admin.schemas import MAX_WHOLE, TEXT, array, named, record, table, whole
from mockserver.errors import ScenarioInvalid, UsageError
from mockserver.scenarios.models import Rule
from mockserver.scenarios.parsing import read_rule
from mockserver.scenarios.registry import ScenarioRegistry
from mockserver.scenarios.schema import RULE
from mockserver.state.rules import ScriptFull
from mockserver.state.sessions import Session, Sessions

_SCENARIOS = record(
    scenarios=array(record(name={"type": "string"}, description={"type": "string"})),
    playing={"type": "string"},
    keys=table({"type": "string"}),
)
_PLAYED = record(playing={"type": "string"}, keys=table({"type": "string"}))
_LIMITS = record(limits=table(whole(1)))


class ScenarioRoutes:
    """The operations on what a session plays.

    Args:
        sessions: what they work on.
        library: returns the scenarios.
    """

    def __init__(self, sessions: Sessions, library: Callable[[], ScenarioRegistry]) -> None:
        self._sessions = sessions
        self._library = library

    def operations(self) -> tuple[Route, ...]:
        """List them."""
        rule, members = named("Rule"), RULE["properties"]
        return (
            Route("GET", "/scenarios", self.list_scenarios, answer=_SCENARIOS),
            Route(
                "POST", "/scenarios/{name}", self.play_scenario,
                members={"key_hash": TEXT}, answer=_PLAYED, problems=(404, 409),
            ),
            Route("DELETE", "/scenarios", self.stop_scenario, answer=_PLAYED),
            Route("GET", "/rules", self.list_rules, answer=record(rules=array(rule))),
            Route(
                "POST", "/rules", self.add_rule,
                members=members, needs=("answers",), needs_body=True, answer=rule, status=201, problems=(409,),
            ),
            Route("DELETE", "/rules", self.remove_rules, answer=record(removed=whole())),
            Route("DELETE", "/rules/{id}", self.remove_rule, answer=record(removed=whole()), problems=(404,)),
            Route(
                "POST", "/limits", self.limit,
                members={"minute": whole(1), "day": whole(1)}, needs_body=True, answer=_LIMITS,
            ),
        )  # fmt: skip

    def list_scenarios(self, call: AdminRequest) -> AdminResponse:
        """List the scenarios, and which are played."""
        found = (self._library().playable(name) for name in self._library().names)
        listed = [{"name": one.name, "description": one.description} for one in found if one is not None]
        return AdminResponse({"scenarios": listed, **_playing(call.session)})

    def play_scenario(self, call: AdminRequest) -> AdminResponse:
        """Play a scenario from its beginning: for the session, or for one of its keys."""
        session, key_hash = call.session, call.body.text("key_hash") or ""
        if key_hash and key_hash not in {key.hash_id for key in session.keys.list()}:
            raise Problem(404, f"No key of this session has that hash; GET {PREFIX}/keys lists those it has.")
        try:
            scenario = self._library().get(call.target)
            self._sessions.prepare(session, scenario)
            session.script.play(scenario.name, key_hash)
        except ScenarioInvalid as error:
            raise Problem(404, f"{error}.") from error
        except UsageError as error:
            raise Problem(409, f"The scenario cannot be played: {error}.") from error
        except ScriptFull as error:
            raise Problem(409, f"{error}: POST {PREFIX}/reset.") from error
        return AdminResponse(_playing(session))

    def stop_scenario(self, call: AdminRequest) -> AdminResponse:
        """Play nothing for the session as a whole; keys keep what is theirs."""
        call.session.script.play("")
        return AdminResponse(_playing(call.session))

    def list_rules(self, call: AdminRequest) -> AdminResponse:
        """List the session's rules in the order in which they are asked."""
        return AdminResponse({"rules": [_rule(rule) for rule in call.session.script.rules]})

    def add_rule(self, call: AdminRequest) -> AdminResponse:
        """Add a rule to the session."""
        document = call.body.everything()
        try:
            rule = call.session.script.add(lambda rule_id: read_rule(document, rule_id, self._library().operations))
        except ScenarioInvalid as error:
            raise Problem(422, f"{error}.") from error
        except ScriptFull as error:
            raise Problem(409, f"{error}: DELETE {PREFIX}/rules.") from error
        return AdminResponse(_rule(rule), 201)

    def remove_rules(self, call: AdminRequest) -> AdminResponse:
        """Remove every rule of the session."""
        return AdminResponse({"removed": call.session.script.remove()})

    def remove_rule(self, call: AdminRequest) -> AdminResponse:
        """Remove one rule."""
        removed = call.session.script.remove(call.target)
        if not removed:
            raise Problem(404, f"No rule has this id; GET {PREFIX}/rules lists those that exist.")
        return AdminResponse({"removed": removed})

    def limit(self, call: AdminRequest) -> AdminResponse:
        """Let so many requests through in a minute or a day, in place of the session's limits."""
        body = call.body
        found = {name: body.integer(name, 1, MAX_WHOLE) for name in ("minute", "day")}
        session = call.session
        session.script.limit({name: limit for name, limit in found.items() if limit is not None})
        return AdminResponse({"limits": session.limits})


def _playing(session: Session) -> dict[str, object]:
    return {"playing": session.script.cast.scenario, "keys": session.script.casts}


def _rule(rule: Rule) -> dict[str, object]:
    return {"id": rule.id, **rule.document}
