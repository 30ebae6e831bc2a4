"""What is asked of a model and what comes back: plain data that crosses the engine's border."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import UserError

Side = Literal["base", "tuned"]


class Message(BaseModel):
    """One turn of a conversation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Literal["system", "user", "assistant"]
    content: str = Field(max_length=100_000)


class Sampling(BaseModel):
    """How an answer is drawn; the same on both sides."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    temperature: float = Field(0.0, ge=0, le=2)  # 0: greedy, always the likeliest token
    top_p: float = Field(1.0, gt=0, le=1)
    top_k: int = Field(0, ge=0, le=1000)  # 0: off
    repetition_penalty: float = Field(1.0, ge=0.5, le=2)
    max_new_tokens: int = Field(256, ge=1, le=8192)
    seed: int = Field(42, ge=0, le=2**31 - 1)


TEMPERATURE = {"style": 0.7}
"""By what the rows taught: a style shows in how differently a thing can be said; all else has one right answer."""


def usual(goal: str) -> Sampling:
    """How answers are drawn after learning `goal` (RunSpec.goal), as long as nobody says otherwise."""
    return Sampling(temperature=TEMPERATURE.get(goal, 0.0))


class ChatRequest(BaseModel):
    """Answers asked of one model.

    run:       the run whose model answers; None asks `model` alone, base side only
    histories: for each side that shall answer, its conversation so far, ending with a user turn.
               Each side has its own, because after the first turn the answers differ.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: str | None = None
    model: str | None = None
    histories: dict[Side, list[Message]]
    sampling: Sampling = Sampling()


class ChatEvent(BaseModel):
    """One thing that happens while answers stream.

    kind  "waiting" (something else has the device; `facts` says what), "loading" (the model is being loaded),
          "text" (`side` has said `text` so far, whole, not the difference),
          "done" (`side` has ended for `reason`), "proof" (`facts["state"]`: checked, failed or unchecked: is the
          base side the untouched model), "error" (`facts`: UserError.plain(); the last event)
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["waiting", "loading", "text", "done", "proof", "error"]
    side: Side | None = None
    text: str = ""
    reason: Literal["", "stop", "length", "stopped"] = ""  # end of turn, max_new_tokens reached, person pressed Stop
    tokens: int = 0
    tokens_per_s: float = 0.0
    facts: dict[str, Any] = {}


QUESTION_LIMIT = 20_000
"""Characters of a question; longer ones fill any context that fits on one machine."""


def question(text: str) -> Message:
    """A user's turn. Raises UserError `question.long`."""
    if len(text) > QUESTION_LIMIT:
        raise UserError("question.long", n=len(text), limit=QUESTION_LIMIT)
    return Message(role="user", content=text)


def sampling(**values: Any) -> Sampling:
    """Raises UserError `sampling.value` with the field's name, its value and its bounds."""
    try:
        return Sampling.model_validate(values)
    except ValidationError as error:
        fault = error.errors()[0]
        name = str(fault["loc"][0])
        low, high = bounds(name)
        raise UserError("sampling.value", field=name, value=str(fault.get("input"))[:40], low=low, high=high) from None


def bounds(name: str) -> tuple[float, float]:
    """The least and the greatest value of a field of `Sampling`."""
    said = Sampling.model_json_schema()["properties"][name]
    return said.get("minimum", said.get("exclusiveMinimum")), said["maximum"]
