"""Who speaks: what the roles of a conversation are called in published data, and who the model is among names."""

from collections import Counter
from collections.abc import Iterable

ROLES = {
    "user": "user", "human": "user", "prompter": "user", "customer": "user", "client": "user", "question": "user",
    "instruction": "user", "input": "user", "query": "user", "prompt": "user", "q": "user", "visitor": "user",
    "用户": "user", "问": "user", "顾客": "user", "客户": "user", "提问": "user", "问题": "user", "患者": "user",
    "病人": "user", "人类": "user",
    "assistant": "assistant", "gpt": "assistant", "bot": "assistant", "model": "assistant", "ai": "assistant",
    "chatbot": "assistant", "chatgpt": "assistant", "gpt4": "assistant", "gpt-4": "assistant", "bing": "assistant",
    "bard": "assistant", "claude": "assistant", "gemini": "assistant", "llm": "assistant", "moss": "assistant",
    "agent": "assistant", "answer": "assistant", "response": "assistant", "output": "assistant", "a": "assistant",
    "completion": "assistant", "助手": "assistant", "客服": "assistant", "答": "assistant", "回答": "assistant",
    "答案": "assistant", "助理": "assistant", "机器人": "assistant", "医生": "assistant", "模型": "assistant",
    "system": "system", "developer": "system", "系统": "system",
    "tool": "tool", "observation": "tool", "function": "tool", "tool_response": "tool", "tool_result": "tool",
    "tool_output": "tool", "function_response": "tool", "function_result": "tool", "ipython": "tool",
    "environment": "tool", "工具": "tool",
    "function_call": "function_call", "tool_call": "function_call", "function_calls": "function_call",
    "tool_calls": "function_call", "functioncall": "function_call",
    "usuario": "user", "usuária": "user", "usuário": "user", "cliente": "user", "humano": "user",
    "utilisateur": "user", "benutzer": "user", "nutzer": "user", "kunde": "user", "kundin": "user", "mensch": "user",
    "utente": "user", "gebruiker": "user", "klant": "user", "användare": "user", "użytkownik": "user",
    "klient": "user", "пользователь": "user", "клиент": "user", "человек": "user", "вопрос": "user",
    "ユーザー": "user", "ユーザ": "user", "お客様": "user", "人間": "user", "質問": "user", "사용자": "user",
    "고객": "user", "질문": "user", "用戶": "user", "使用者": "user", "客戶": "user", "提问者": "user", "访客": "user",
    "学生": "user", "kullanıcı": "user", "müşteri": "user", "frage": "user", "pregunta": "user", "المستخدم": "user",
    "người_dùng": "user", "pengguna": "user", "asistente": "assistant", "agente": "assistant", "asesor": "assistant",
    "assistente": "assistant", "assistent": "assistant", "assistentin": "assistant", "berater": "assistant",
    "beraterin": "assistant", "conseiller": "assistant", "conseillère": "assistant", "asystent": "assistant",
    "konsultant": "assistant", "ассистент": "assistant", "помощник": "assistant", "консультант": "assistant",
    "оператор": "assistant", "ответ": "assistant", "бот": "assistant", "アシスタント": "assistant",
    "ボット": "assistant", "回答者": "assistant", "어시스턴트": "assistant", "상담원": "assistant",
    "도우미": "assistant", "답변": "assistant", "客服人员": "assistant", "智能助手": "assistant",
    "asistan": "assistant", "antwort": "assistant", "respuesta": "assistant", "المساعد": "assistant",
    "trợ_lý": "assistant", "asisten": "assistant",
}  # fmt: skip
"""What a turn's speaker is called in published data. `function_call` becomes an assistant turn with `tool_calls`."""

_NUMBERED = frozenset("q a question answer 问 答 问题 答案 回答 提问".split())
"""Roles that people number: Q1, A1, 问题2."""

_FIXED = ("system", "tool", "function_call")


def role_of(name: str, speaker: str | None = None) -> str | None:
    """The role behind a speaker's name; None for a name that is no known role.

    `speaker` is whose turns are the model's: all others then are the user's, but for system and tools.
    """
    name = name.strip()
    plain = name.lower().replace(" ", "_")
    known = ROLES.get(plain)
    if known is None and plain[-1:].isdigit() and (bare := plain.rstrip("0123456789").rstrip("_")) in _NUMBERED:
        known = ROLES.get(bare)
    if speaker is None:
        return known
    if name == speaker.strip():
        return "assistant"
    return known if known in _FIXED else "user"


def strangers(names: Iterable[str]) -> list[str]:
    """The names that are no known role, in their order."""
    return [name.strip() for name in names if role_of(name) is None]


def model_among(conversations: list[list[str]]) -> str | None:
    """Who is most likely the model, where more than half of the conversations have speakers with names of their own.

    `conversations` are the speakers' names, turn by turn. It is who takes part in most conversations; of two who do
    equally, who answers (speaks second) more often. None when the known roles suffice.
    """
    named = [names for names in conversations if names]
    strange = [names for names in named if strangers(names)]
    if not strange or len(strange) * 2 <= len(named):
        return None
    present: Counter[str] = Counter()
    second: Counter[str] = Counter()
    for names in strange:
        talkers = list(dict.fromkeys(name.strip() for name in names if role_of(name) not in _FIXED))
        models = [name for name in talkers if role_of(name) == "assistant"]
        if not models and any(role_of(name) == "user" for name in talkers):
            models = strangers(talkers)  # the person is known, so the model is one of the others
        present.update(models or talkers)
        second.update((models or talkers[1:2])[:1])
    if not present:
        return None
    return max(present, key=lambda name: (present[name], second[name]))
