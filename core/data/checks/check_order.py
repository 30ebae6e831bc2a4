"""Turns in an order that many chat templates refuse and no conversation has."""

from core.data.checks.seen import Seen
from core.data.raw import Turn
from core.findings import Finding


class Order:
    """Who speaks after whom."""

    def __init__(self) -> None:
        self._two_users: list[int] = []
        self._two_answers: list[int] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._system: list[int] = []
        self._later: list[int] = []
        self._no_call: list[int] = []
        self._no_result: list[int] = []

    def see(self, seen: Seen) -> None:
        """One row."""
        turns, number = seen.turns, seen.number
        roles = [turn["role"] for turn in turns]
        if roles in (["user", "assistant"], ["system", "user", "assistant"]):  # nearly all rows of nearly all files
            return
        pairs = list(zip(roles, roles[1:], strict=False))
        if ("user", "user") in pairs:
            self._two_users.append(number)
        if any(_answers_twice(one, other) for one, other in zip(turns, turns[1:], strict=False)):
            self._two_answers.append(number)
        if "system" in roles[1:]:
            from core.data.fixes.turns import system_first  # here, for the fixes stand on the checks

            (self._later if system_first(seen.row) is seen.row else self._system).append(number)
        spoken = [role for role in roles if role != "system"]
        if spoken and spoken[0] == "assistant":
            self._starts.append(number)
        if spoken and spoken[-1] != "assistant":
            self._ends.append(number)
        if "tool" in roles or any(turn.get("tool_calls") for turn in turns):
            self._tools(number, turns)

    def _tools(self, number: int, turns: list[Turn]) -> None:
        """A result needs a call before it, and a call inside a conversation its result."""
        if any(turn["role"] == "tool" and not _called(turns[:at]) for at, turn in enumerate(turns)):
            self._no_call.append(number)
        for turn, after in zip(turns, turns[1:], strict=False):
            if turn.get("tool_calls") and after["role"] != "tool" and not after.get("tool_calls"):
                self._no_result.append(number)
                break

    def findings(self) -> list[Finding]:
        """One for each kind of disorder."""
        found = []
        if self._two_users:
            found.append(Finding("warning", "order.two_users", self._two_users))
        if self._two_answers:
            found.append(Finding("warning", "order.two_answers", self._two_answers))
        if self._starts:
            found.append(Finding("warning", "order.starts_with_answer", self._starts))
        if self._ends:
            found.append(Finding("warning", "order.ends_with_question", self._ends))
        if self._system:
            found.append(Finding("warning", "order.system_inside", self._system))
        if self._later:
            found.append(Finding("warning", "order.system_later", self._later))
        if self._no_call:
            found.append(Finding("warning", "order.result_without_call", self._no_call))
        if self._no_result:
            found.append(Finding("warning", "order.call_without_result", self._no_result))
        return found


def _answers_twice(one: Turn, other: Turn) -> bool:
    """Words and then a call are one answer in two turns, as published data has it."""
    return one["role"] == other["role"] == "assistant" and not one.get("tool_calls") and not other.get("tool_calls")


def _called(before: list[Turn]) -> bool:
    """Whether the last turn that is no result calls a tool; some data writes calls as JSON text."""
    last = next((turn for turn in reversed(before) if turn["role"] != "tool"), None)
    return last is not None and last["role"] == "assistant" and bool(last.get("tool_calls") or "{" in last["content"])
