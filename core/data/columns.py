"""The names that columns go by in published data and in people's own tables, and what each of them holds.

Names are compared in lower case, without blanks at the ends and with `-` and blanks as `_`.
"""

MESSAGES = (
    "messages", "contents", "conversations", "conversation", "dialogue", "dialogues", "dialog", "dialogs",
    "chat", "chats", "turns",
    "dialogue_turns", "chat_history", "chat_messages", "conversation_history", "对话", "会话", "多轮对话",
    "对话内容",
)  # fmt: skip
"""A list of turns."""

INSTRUCTION = ("instruction", "instructions", "指令", "任务", "instruction_text")
INPUT = ("input", "context", "inputs", "输入", "上下文")
OUTPUT = (
    "output", "outputs", "response", "answer", "completion", "target", "targets", "输出", "回答", "答案", "responses",
    "回复", "model_output", "output_text", "answers", "generation",
)  # fmt: skip
PROMPT = ("prompt", "提示", "提示词")
COMPLETION = (
    "completion", "completions", "response", "output", "answer", "target", "chosen_response", "补全", "回复", "回答",
    "输出", "generation", "answers",
)  # fmt: skip
QUESTION = (
    "question", "questions", "query", "ask", "q", "user", "problem", "标准问", "标准问题", "问题", "提问", "问",
    "问句", "题目", "用户问题", "用户提问", "用户", "咨询", "咨询内容", "常见问题", "客户问题", "提问内容", "问题描述",
    "human", "user_input", "user_message", "user_query", "user_question", "inquiry", "customer", "faq", "front",
    "frage", "fragen", "pregunta", "preguntas", "domanda", "domande", "pergunta", "perguntas", "vraag", "질문", "質問",
    "вопрос", "вопросы", "pytanie", "soru", "fråga", "spørgsmål", "kysymys", "otázka", "întrebare", "سؤال", "السؤال",
    "प्रश्न", "câu_hỏi", "คำถาม", "pertanyaan", "שאלה", "ερώτηση", "問題", "提問", "input", "inputs", "input_text",
    "输入",
)  # fmt: skip
ANSWER = (
    "answer", "answers", "response", "responses", "reply", "a", "assistant", "solution", "标准答案", "答案",
    "回答", "答", "答复", "回复", "标准回答", "客服回复", "客服回答", "回复内容", "答案内容", "回答内容",
    "解答", "助手", "客服", "gpt", "bot", "chatgpt", "model", "ai", "bot_response", "ai_response",
    "assistant_response", "assistant_message", "model_response", "model_answer", "agent", "back", "antwort",
    "antworten", "respuesta", "respuestas", "réponse", "réponses", "reponse", "risposta", "risposte",
    "resposta", "respostas", "antwoord", "답변", "대답", "ответ", "ответы", "odpowiedź", "cevap", "yanıt",
    "svar", "vastaus", "odpověď", "răspuns", "جواب", "الجواب", "إجابة", "الإجابة", "उत्तर", "câu_trả_lời",
    "trả_lời", "คำตอบ", "jawaban", "תשובה", "απάντηση", "回覆", "解答例", "completion", "output", "outputs",
    "output_text", "target", "targets", "target_text", "输出", "model_output", "generated_text",
)  # fmt: skip
CONTEXT = (
    "context", "contexts", "passage", "passages", "article", "background", "paragraph", "reference_text", "source_text",
    "context_text", "document", "背景", "材料", "上下文", "背景知识", "背景信息",
    "参考资料", "参考内容", "资料", "文章", "阅读材料", "原文",
    "kontext", "contexto", "contexte", "contesto", "контекст", "文脈", "지문",
)  # fmt: skip
"""What a question is about, to be read before it."""

TITLE = ("title", "标题", "subject", "主题")
TEXT = ("text", "content", "document", "文本", "正文", "内容", "texts", "documents", "passage", "sentence", "段落")
MARKED = ("text", "sample", "plain_text", "formatted", "formatted_text", "full_text", "train_text", "content", "文本")
"""Text in which the turns of a conversation may be marked."""

SYSTEM = (
    "system", "system_prompt", "system_message", "sys", "系统", "系统提示", "系统提示词", "persona",
    "system_instruction", "systeminstruction", "人设", "角色设定",
)  # fmt: skip
HISTORY = ("history", "历史", "历史对话", "previous_turns", "对话历史")
TOOLS = ("tools", "functions", "available_tools", "工具", "tool_list", "function_description")
THINKING = (
    "reasoning_content", "thinking", "reasoning", "complex_cot", "cot", "chain_of_thought", "thought", "thoughts",
    "think", "rationale", "thought_process", "reasoning_trace", "deepseek_reasoning", "deepseek_thinking_trajectory",
    "thinking_trajectory", "思考", "思考过程", "思维链", "推理", "推理过程", "思维过程",
)  # fmt: skip
"""What the model thinks before it answers."""

CHOSEN = (
    "chosen", "preferred", "chosen_response", "response_chosen", "preferred_output", "preferred_response",
    "chosen_answer", "response_j", "better", "better_response", "accepted", "positive", "win", "winner_response",
    "好回答",
    "优选", "优选回答", "更好回答",
)  # fmt: skip
REJECTED = (
    "rejected", "dispreferred", "rejected_response", "response_rejected", "non_preferred_output",
    "rejected_answer", "response_k",
    "dispreferred_response", "reject", "worse", "worse_response", "negative", "lose", "rejected_messages",
    "loser_response", "差回答", "劣选", "劣选回答", "更差回答",
)  # fmt: skip
LABEL = ("label", "kto_tag", "标签", "feedback", "thumbs", "rating", "is_good", "desirable", "评价", "是否满意")

UNREMARKABLE = frozenset(
    "id idx index no number uid uuid qnaid row source dataset group category categories type metadata meta "
    "lang language date created tags url domain split kind cate task task_type topic prompt_id conversation_id "
    "conv_id session_id timestamp time num_turns turn_num hash model_name "
    "序号 编号 来源 分类 类别 日期 一级分类 二级分类 标签名 部门 时间 备注 链接".split()
)
"""Columns that people keep beside their examples; leaving them out needs no word."""

_LOOSE = frozenset(
    "model ai agent back front customer faq subject sys feedback rating thumbs better worse positive negative win lose "
    "bot gpt human user assistant a q think persona is_good desirable accepted".split()
)
"""Names that mean a part beside its fellow, and anything at all when they stand alone."""

KNOWN = (
    frozenset(
    MESSAGES + INSTRUCTION + INPUT + CONTEXT + OUTPUT + PROMPT + COMPLETION + QUESTION + ANSWER + TITLE + TEXT + SYSTEM
    + HISTORY + TOOLS + THINKING + CHOSEN + REJECTED + LABEL
) - _LOOSE)  # fmt: skip


NAMED = KNOWN | _LOOSE
"""All names that mean a part beside others."""


def plain(name: str) -> str:
    """A column's name as it is compared: ` Question ` -> `question`, `System Prompt` -> `system_prompt`."""
    return name.strip().lower().replace("-", "_").replace(" ", "_")


def find(columns: list[str], names: tuple[str, ...], taken: tuple[str, ...] = ()) -> str | None:
    """The first of `columns` that goes by one of `names`, the earlier name first; None when there is none."""
    by_name = {plain(str(column)): column for column in reversed(columns) if column not in taken}
    return next((by_name[name] for name in names if name in by_name), None)
