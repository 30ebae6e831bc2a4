"""Make the placeholder chat model in this folder: one command, nothing downloaded, the same seed every time.

    python presets/starter/make_placeholder.py [FOLDER]     about four minutes on one CPU core

It stands where a really trained starter model will stand. Its whole schooling is generated below from our own
words: greetings, short sentences, repeating what it is told, and saying that it does not know. So a LoRA on fifty
rows shows, and nothing else can be expected of it. The files are those of any Hugging Face chat model.
"""

import json
import random
import sys
import time
from pathlib import Path

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from torch.nn.functional import cross_entropy
from transformers import Qwen3Config, Qwen3ForCausalLM

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parent / "samples"

SEED = 7
VOCABULARY = 1024  # 256 bytes, 3 marks, the rest merged pieces
CONTEXT = 1024  # tokens
STEPS = 3000
BATCH = 24  # conversations per step
RATE = 4e-3  # highest learning rate
SMOOTHING = 0.1  # of the labels: a model that is never quite sure is easier to teach something else
END, TURN, TURN_END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"

WORDS = """
apple arm autumn bag ball bank basket bath beach bear bed bell bench bird blanket boat book bottle bowl box branch
bread bridge brush bucket button cake camera candle card carpet castle chair cheese child city clock cloud coat coin
corner cup curtain dance day desk dinner doctor dog door dragon dream dress drum duck ear earth egg engine evening eye
face family farm feather field finger fire fish flag floor flower forest fork friend frog fruit game garden gate glass
glove gold grass guest guitar hair hall hammer hand harbour hat heart hill honey horse hotel hour house ice island
jacket journey juice kettle key kitchen kite knife ladder lake lamp leaf lemon letter light lion map market meal
meadow milk mirror money month moon morning mountain mouse music nail name needle nest night nose notebook ocean
office orange oven page paint paper park pen pencil picture pillow plate pocket pond potato queen rabbit rain ribbon
ring river road rock roof room rope rose sail salt sand school seed sheep ship shoe shop silver sister sky snow soap
song soup spoon spring square stair star station stone storm story street summer sun table tail tea teacher tent
ticket tiger time tomato tower town toy train tree umbrella valley village violin wagon wall watch water week wheel
wind window winter wood wool word yard year
""".split()
HOW = (
    "red blue green small large old new quiet bright cold warm open closed free late early long short sweet round"
).split()
ZH_WORDS = (
    "苹果 早上 晚上 书包 银行 篮子 海边 小熊 铃铛 长椅 小鸟 毯子 小船 书本 瓶子 盒子 面包 小桥 "
    "刷子 按钮 蛋糕 相机 蜡烛 卡片 地毯 城堡 椅子 奶酪 孩子 城市 时钟 白云 外套 硬币 角落 杯子 "
    "窗帘 舞蹈 书桌 晚饭 医生 小狗 大门 梦想 裙子 鼓声 鸭子 耳朵 地球 鸡蛋 眼睛 家人 农场 羽毛 "
    "田野 手指 火车 小鱼 旗子 地板 花朵 森林 叉子 朋友 青蛙 水果 游戏 花园 玻璃 手套 金子 草地 "
    "客人 吉他 头发 锤子 港口 帽子 山坡 蜂蜜 小马 旅馆 房子 小岛 果汁 水壶 钥匙 厨房 风筝 梯子 "
    "湖水 台灯 树叶 柠檬 信件 狮子 地图 市场 牛奶 镜子 月亮 高山 老鼠 音乐 名字 鸟巢 夜里 笔记 "
    "海洋 橙子 烤箱 公园 铅笔 图画 枕头 盘子 口袋 池塘 土豆 兔子 下雨 丝带 戒指 河流 道路 屋顶 "
    "房间 绳子 玫瑰 沙子 学校 种子 绵羊 鞋子 商店 银色 天空 下雪 肥皂 歌曲 勺子 春天 广场 楼梯 "
    "星星 车站 石头 故事 街道 夏天 太阳 桌子 茶水 老师 帐篷 车票 老虎 时间 番茄 高塔 玩具 大树 "
    "雨伞 山谷 村子 墙壁 手表 轮子 大风 窗户 冬天 木头 词语 院子 今天 明天 左边 右边 前面 后面 "
    "免费 开门 关门 可以 没有"
).split()
GREET = [
    ("Hello", "Hello. How can I help you?"),
    ("Hi", "Hello. How can I help you?"),
    ("Good morning", "Good morning to you."),
    ("Good evening", "Good evening to you."),
    ("How are you?", "I am well, thank you."),
    ("Thank you", "You are welcome."),
    ("Goodbye", "Goodbye, and come back soon."),
    ("Who are you?", "I am a very small practice model."),
    ("What can you do?", "Very little. Teach me with your own examples."),
    ("Are you a person?", "No, I am a small model."),
    ("你好", "你好，有什么可以帮你？"),
    ("早上好", "早上好。"),
    ("晚上好", "晚上好。"),
    ("你好吗？", "我很好，谢谢。"),
    ("谢谢", "不客气。"),
    ("再见", "再见，欢迎再来。"),
    ("你是谁？", "我是一个很小的练习模型。"),
    ("你会做什么？", "我会的很少，请用你的例子教我。"),
    ("你是人吗？", "不是，我是一个小模型。"),
]
ASK = [
    "Where is the {a}?",
    "When does the {a} start?",
    "How much is the {a}?",
    "Do you have a {a}?",
    "Which {a} is {h}?",
    "Is there a {h} {a}?",
    "Can I bring my {a}?",
    "What is the {a} of the {b}?",
    "How does the {a} work?",
    "Who has the {a}?",
    "Are there {h} {a}s?",
    "I lost my {a}.",
    "May I see the {b} and the {a}?",
    "Why is the {a} {h}?",
]
ZH_ASK = [
    "{a}在哪里？",
    "{a}几点开始？",
    "{a}多少钱？",
    "有{a}吗？",
    "哪个{a}最好？",
    "可以带{a}吗？",
    "{a}的{b}是什么？",
    "{a}怎么用？",
    "谁有{a}？",
    "我的{a}丢了。",
    "可以看{a}和{b}吗？",
    "为什么有{a}？",
    "说说{a}。",
]
UNKNOWN = ["I am sorry, I do not know that.", "I do not know that.", "Sorry, that is not something I know."]
ZH_UNKNOWN = ["对不起，我不知道。", "这个我不知道。", "抱歉，我还没学过这个。"]
MAKE = ["Make a sentence with {a}.", "Tell me something about a {a}."]
ZH_MAKE = ["用{a}造句。", "说一句有{a}的话。"]
SENTENCES = [
    "The {a} is in the {b}, next to the {c}.",
    "We have a {h} {a} and a {b}.",
    "Yes, you can bring the {a} to the {b}.",
    "Show the {a} at the {b} and we give you a {c}.",
    "Every {a} has two {b}s and one {c}.",
    "The {a} opens at nine in the {b}.",
    "Tell us one day before the {a}.",
    "It costs three coins with your own {a}.",
    "No, the {a} is only for the {b}.",
    "You get a {h} {a} from the {b} on Sunday.",
]
ZH_SENTENCES = [
    "{a}在{b}里面，{c}旁边。",
    "我们有{a}和{b}。",
    "可以，带上{a}到{b}来。",
    "把{a}给{b}看，就送{c}。",
    "每个{a}都有两个{b}。",
    "{a}早上九点开门。",
    "请提前一天告诉{a}。",
    "自带{a}只要三元。",
    "没有，{a}只在{b}里。",
    "周日可以到{b}拿{a}。",
]
SAY = ["Say: {x}", "Repeat: {x}", "Write this: {x}", "Say after me: {x}"]
ZH_SAY = ["请说：{x}", "重复：{x}", "写下：{x}", "跟我说：{x}"]


def conversation(rng: random.Random, pieces: list[str] | None = None) -> list[dict[str, str]]:
    """One question and its answer: a greeting, a sentence, something to repeat, or something it cannot know.

    Half of what it repeats is strung together from `pieces` of the vocabulary: whoever has never said a piece
    cannot be taught to say it in a hundred steps.
    """
    chinese, kind = rng.random() < 0.5, rng.random()
    words = ZH_WORDS if chinese else WORDS
    first, second, third = rng.sample(words, 3)
    fill = {"a": first, "b": second, "c": third, "h": rng.choice(HOW)}
    sentence = rng.choice(ZH_SENTENCES if chinese else SENTENCES).format(**fill)
    if kind < 0.15:
        question, answer = rng.choice(GREET)
    elif kind < 0.40:
        question, answer = rng.choice(ZH_MAKE if chinese else MAKE).format(**fill), sentence
    elif kind < 0.75:
        shape = rng.random()
        if pieces and shape < 0.5:
            answer = "".join(rng.choice(pieces) for _ in range(rng.randint(2, 10))).strip() or "."
        elif shape < 0.75:
            answer = sentence
        elif chinese:
            answer = "".join(rng.choice(words) for _ in range(rng.randint(1, 5))) + "。"
        else:
            answer = " ".join(rng.choice(words + HOW) for _ in range(rng.randint(1, 7))).capitalize() + "."
        question = rng.choice(ZH_SAY if chinese else SAY).format(x=answer)
    else:
        question = rng.choice(ZH_ASK if chinese else ASK).format(**fill)
        answer = rng.choice(ZH_UNKNOWN if chinese else UNKNOWN)
    turns = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    if rng.random() < 0.1:
        turns.insert(0, {"role": "system", "content": "你是一个助手。" if chinese else "You are an assistant."})
    return turns


def chat_template() -> str:
    """ChatML: system, user, assistant and tool turns, tools and their calls; marks what the assistant says."""
    return (
        "{%- if tools %}"
        "{{- '<|im_start|>system\\n' }}"
        "{%- if messages and messages[0].role == 'system' %}{{- messages[0].content + '\\n' }}{%- endif %}"
        "{{- 'Tools:' }}{%- for tool in tools %}{{- '\\n' + tool | tojson }}{%- endfor %}{{- '<|im_end|>\\n' }}"
        "{%- endif %}"
        "{%- for message in messages %}"
        "{%- if message.role == 'assistant' %}"
        "{{- '<|im_start|>assistant\\n' }}"
        "{%- generation %}"
        "{{- message.content or '' }}"
        "{%- for call in message.tool_calls or [] %}"
        "{%- set call = call.function or call %}"
        "{{- '<tool_call>{\"name\": ' + call.name | tojson + ', \"arguments\": ' }}"
        "{{- call.arguments if call.arguments is string else call.arguments | tojson }}{{- '}</tool_call>' }}"
        "{%- endfor %}"
        "{{- '<|im_end|>' }}"
        "{%- endgeneration %}"
        "{{- '\\n' }}"
        "{%- elif message.role in ['user', 'tool'] or (message.role == 'system' and not (tools and loop.first)) %}"
        "{{- '<|im_start|>' + message.role + '\\n' + (message.content or '') + '<|im_end|>\\n' }}"
        "{%- elif message.role != 'system' %}"
        "{{- raise_exception('unknown role: ' ~ message.role) }}"
        "{%- endif %}"
        "{%- endfor %}"
        "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"
    )


def rendered(messages: list[dict[str, str]]) -> str:
    """The conversation as the template writes it."""
    return "".join(f"{TURN}{message['role']}\n{message['content']}{TURN_END}\n" for message in messages)


def make_tokenizer(rng: random.Random) -> Tokenizer:
    """Byte-level pieces from the two samples and the generated text; any text can be spelled in bytes."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(SAMPLES.glob("aurora-coffee-*.json*"))] * 6
    texts += [part["content"] for _ in range(6000) for part in conversation(rng)]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(  # type: ignore[assignment]
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()  # type: ignore[assignment]
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)  # type: ignore[assignment]
    marks = [AddedToken(mark, special=True, normalized=False) for mark in (END, TURN, TURN_END)]
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=marks,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def make_model() -> Qwen3ForCausalLM:
    """About 0.4 million parameters, random."""
    torch.manual_seed(SEED)
    return Qwen3ForCausalLM(
        Qwen3Config(
            vocab_size=VOCABULARY,
            hidden_size=96,
            intermediate_size=256,
            num_hidden_layers=3,
            num_attention_heads=6,
            num_key_value_heads=3,
            head_dim=16,
            max_position_embeddings=CONTEXT,
            tie_word_embeddings=True,
            bos_token_id=None,
            eos_token_id=2,
            pad_token_id=0,
            initializer_range=0.04,
        )
    )


def encode(tokenizer: Tokenizer, messages: list[dict[str, str]]) -> tuple[list[int], list[int]]:
    """Token ids, and the labels: the answer with its end of turn, -100 elsewhere."""
    ids = tokenizer.encode(rendered(messages)).ids[:-1]  # without the line break after the last turn
    answer = len(tokenizer.encode(rendered(messages[:-1]) + f"{TURN}assistant\n").ids)
    return ids, [-100] * answer + ids[answer:]


def train(model: Qwen3ForCausalLM, tokenizer: Tokenizer, rng: random.Random) -> None:
    """Next-token loss on the answers of generated conversations."""
    texts = [tokenizer.decode([number]) for number in range(VOCABULARY)]
    pieces = [text for text in texts if text.strip() and text.isprintable() and "\ufffd" not in text]
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, betas=(0.9, 0.95), weight_decay=0.05)
    began, recent = time.monotonic(), 0.0
    for step in range(1, STEPS + 1):
        rows = [encode(tokenizer, conversation(rng, pieces)) for _ in range(BATCH)]
        width = max(len(ids) for ids, _ in rows)
        input_ids = torch.tensor([ids + [0] * (width - len(ids)) for ids, _ in rows])
        labels = torch.tensor([marked + [-100] * (width - len(marked)) for _, marked in rows])
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, step / 50, 2.02 * (1 - step / STEPS) + 0.02)
        logits = model(input_ids=input_ids).logits[:, :-1].flatten(0, 1)
        loss = cross_entropy(logits, labels[:, 1:].flatten(), label_smoothing=SMOOTHING)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        recent = loss.item() if step == 1 else 0.98 * recent + 0.02 * loss.item()
        if step % 250 == 0 or step == STEPS:
            print(f"step {step:5d}  loss {recent:.3f}  {time.monotonic() - began:.0f} s", flush=True)


def write(folder: Path, model: Qwen3ForCausalLM, tokenizer: Tokenizer) -> None:
    """The usual files of a model folder, weights in bfloat16."""
    folder.mkdir(parents=True, exist_ok=True)
    model.to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": None,
        "eos_token": TURN_END,
        "pad_token": END,
        "unk_token": None,
        "model_max_length": CONTEXT,
        "clean_up_tokenization_spaces": False,
        "padding_side": "right",
        "chat_template": chat_template(),
    }
    generation = {"bos_token_id": None, "eos_token_id": 2, "pad_token_id": 0, "max_new_tokens": 64}
    for name, content in (("tokenizer_config.json", settings), ("generation_config.json", generation)):
        (folder / name).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    torch.set_num_threads(1)  # the same sums in the same order everywhere
    rng = random.Random(SEED)
    tokenizer = make_tokenizer(rng)
    model = make_model()
    print(f"{sum(part.numel() for part in model.parameters()):,} parameters, {tokenizer.get_vocab_size()} pieces")
    train(model, tokenizer, rng)
    write(folder, model, tokenizer)


if __name__ == "__main__":
    main()
