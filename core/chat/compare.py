"""Base and tuned answers to one request, side by side, with the proof that the base side is the base."""

from collections.abc import Callable

from core.chat.answers import Answer, answer
from core.chat.requests import ChatEvent, ChatRequest, Sampling, Side
from core.data import tokens
from core.errors import UserError
from core.models.session import Session

BASE = "__base__"
"""peft's name for "no adapter" in a mixed batch."""

SHORTEST_ANSWER = 16
"""Tokens that must be left for an answer; a conversation that leaves less is refused with a sentence."""


def respond(
    session: Session,
    request: ChatRequest,
    *,
    emit: Callable[[ChatEvent], None],
    stop_asked: Callable[[], bool],
) -> None:
    """Answer each side of `request`, emitting texts as they come, "proof" first and "done" for each side.

    Raises UserError for a request that cannot be answered, and what torch raises.
    """
    sides: list[Side] = [side for side in ("base", "tuned") if side in request.histories]
    prompts = []
    for side in sides:
        history = [message.model_dump() for message in request.histories[side]]
        if not history or history[-1]["role"] != "user" or not history[-1]["content"].strip():
            raise UserError("chat.no_question")
        prompts.append((BASE if side == "base" else str(request.run), tokens.chat_prompt(session.tokenizer, history)))
    sampling = within_context(session, [ids for _, ids in prompts], request.sampling)

    def tell(index: int, found: Answer) -> None:
        emit(
            ChatEvent(
                kind="done" if found.reason else "text",
                side=sides[index],
                text=found.text,
                reason=found.reason,
                tokens=len(found.ids),
                tokens_per_s=found.tokens_per_s,
            )
        )

    with session.untouched():
        if "base" in sides:
            clean = session.base_is_clean()
            emit(ChatEvent(kind="proof", facts={"state": "checked" if clean else "failed"}))
            if not clean:
                raise UserError("chat.base_not_clean")
        answer(session, prompts, sampling, on_answer=tell, stop_asked=stop_asked)


def within_context(session: Session, prompts: list[list[int]], sampling: Sampling) -> Sampling:
    """`sampling` with an answer that fits. Raises UserError `chat.too_long` when the conversation fills the context."""
    context = getattr(session.base.config.get_text_config(), "max_position_embeddings", None)
    if not context:
        return sampling
    room = int(context) - max(len(ids) for ids in prompts)
    if room < SHORTEST_ANSWER:
        raise UserError("chat.too_long", tokens=max(len(ids) for ids in prompts), context=int(context))
    return sampling.model_copy(update={"max_new_tokens": min(sampling.max_new_tokens, room)})
