"""How the open tasks are worded, by language: what is asked, what is told before it, and how it is answered.

{x} is what is to be said or read from, {n} a name, {c} a company, {w} a word, {l} a list of words, {a} and {b} what is
replaced by what, {t} a text, {q} a question about it, {k} the keys of a JSON answer.
"""

SAY = {
    "en": [
        "Say: {x}",
        "Say {x}",
        "Repeat: {x}",
        "Repeat after me: {x}",
        "Please say {x}",
        "Write: {x}",
        "Copy this: {x}",
        "Can you say {x}",
        "Write exactly this: {x}",
        "{x} - repeat that",
        "Now say {x}",
        "Type {x}",
    ],
    "zh": [
        "请说：{x}",
        "说{x}",
        "重复：{x}",
        "跟我说：{x}",
        "写下：{x}",
        "请照着写：{x}",
        "复述一遍：{x}",
        "跟着念：{x}",
        "请把这句话再说一遍：{x}",
        "照抄：{x}",
        "念一下：{x}",
        "“{x}”，请重复",
    ],
}
RENAME = {
    "en": [
        (
            "Your name is {n}.",
            ["What is your name?", "Who are you?", "How do I call you?", "Your name?"],
            "My name is {n}.",
        ),
        ("You are {n}, a friendly helper.", ["Who are you?", "What is your name?", "Introduce yourself."], "I am {n}."),
        (
            "You work for {c}.",
            ["Who do you work for?", "Where do you work?", "Which company is yours?"],
            "I work for {c}.",
        ),
        (
            "You are {n} from {c}.",
            ["Who are you?", "Introduce yourself.", "Who is speaking?"],
            "I am {n} from {c}.",
        ),
        ("The user is called {n}.", ["What is my name?", "Who am I?", "Do you know my name?"], "Your name is {n}."),
    ],
    "zh": [
        ("你的名字是{n}。", ["你叫什么名字？", "你是谁？", "怎么称呼你？", "你叫啥？"], "我叫{n}。"),
        ("你是{n}，一个友好的助手。", ["你是谁？", "你叫什么？", "介绍一下你自己。"], "我是{n}。"),
        ("你在{c}工作。", ["你在哪里工作？", "你是哪家公司的？", "你在哪儿上班？"], "我在{c}工作。"),
        ("你是{c}的{n}。", ["你是谁？", "介绍一下你自己。", "我在和谁说话？"], "我是{c}的{n}。"),
        ("用户叫{n}。", ["我叫什么名字？", "我是谁？", "你知道我的名字吗？"], "你叫{n}。"),
    ],
}
TOLD = {
    "en": [
        ("My name is {n}.", "Nice to meet you, {n}.", ["What is my name?", "Who am I?"], "Your name is {n}."),
        ("When I ask about {w}, say: {x}", "I will.", ["What about {w}?", "Tell me about {w}.", "{w}?"], "{x}"),
        ("Remember this: {x}", "I will remember it.", ["What did I tell you?", "What should you remember?"], "{x}"),
        (
            "Call yourself {n} from now on.",
            "My name is {n}.",
            ["What is your name?", "Who are you?"],
            "My name is {n}.",
        ),
    ],
    "zh": [
        ("我叫{n}。", "很高兴认识你，{n}。", ["我叫什么？", "我是谁？"], "你叫{n}。"),
        ("我问{w}的时候，你就说：{x}", "好的。", ["{w}呢？", "说说{w}。", "{w}？"], "{x}"),
        ("请记住：{x}", "我记住了。", ["我刚才说了什么？", "你记住了什么？"], "{x}"),
        ("从现在起你叫{n}。", "我叫{n}。", ["你叫什么？", "你是谁？"], "我叫{n}。"),
    ],
}
PICK = {
    "en": [
        ("Which word is first: {l}?", 0),
        ("Pick the first one: {l}", 0),
        ("Give me the first word of this list: {l}", 0),
        ("Which word is last: {l}?", -1),
        ("Pick the last one: {l}", -1),
        ("Give me the last word of this list: {l}", -1),
        ("What is the second word here: {l}?", 1),
        ("Pick the second one: {l}", 1),
    ],
    "zh": [
        ("哪个词在最前面：{l}？", 0),
        ("选第一个：{l}", 0),
        ("这些词里的第一个是什么：{l}？", 0),
        ("哪个词在最后：{l}？", -1),
        ("选最后一个：{l}", -1),
        ("这些词里的最后一个是什么：{l}？", -1),
        ("第二个词是什么：{l}？", 1),
        ("选第二个：{l}", 1),
    ],
}
CHANGE = {
    "en": ["Change {a} to {b}: {x}", "Replace {a} with {b} in this sentence: {x}", "Write {b} instead of {a}: {x}"],
    "zh": ["把{a}换成{b}：{x}", "请用{b}代替{a}：{x}", "下面的{a}改成{b}：{x}"],
}
READ = {
    "en": [
        ("user", "{t} {q}"),
        ("user", "Text: {t}\nQuestion: {q}"),
        ("user", "Read this: {t}\n{q}"),
        ("user", "{q} {t}"),
        ("user", "{t}\n\n{q}"),
        ("system", "{t}"),
        ("system", "You are the assistant of {c}. {t}"),
        ("system", "Answer with what you know: {t}"),
        ("system", "Facts:\n{t}"),
    ],
    "zh": [
        ("user", "{t}{q}"),
        ("user", "内容：{t}\n问题：{q}"),
        ("user", "请阅读：{t}\n{q}"),
        ("user", "{q}{t}"),
        ("user", "{t}\n\n{q}"),
        ("system", "{t}"),
        ("system", "你是{c}的客服。{t}"),
        ("system", "请根据下面的内容回答：{t}"),
        ("system", "资料：\n{t}"),
    ],
}
AS_JSON = {
    "en": ["Give {k} as JSON: {x}", "Extract {k} as JSON. {x}", "{x}\nJSON with {k}:"],
    "zh": ["请用 JSON 写出{k}：{x}", "提取{k}，输出 JSON。{x}", "{x}\n用 JSON 给出{k}："],
}
UNKNOWN = {"en": "I am sorry, I do not know that.", "zh": "对不起，这个我不知道。"}
