"""One file with every fault that can be mended: the questions and answers of a bicycle shop, in English and Chinese.

put = write_faults(path)      # {"text.html": [61], "row.broken_json": [62, 63], ...}: code -> rows
CLICKS                        # what a person has to say, once all that is safe is mended
"""

import json
from pathlib import Path
from typing import Any

SOUND = """
How do I fix a flat tire?|Take the wheel off, lift one side of the tire, pull out the tube and patch or replace it.
What pressure do road tires need?|Between 6 and 8 bar; the exact range is printed on the side of the tire.
How often should I oil the chain?|After every 200 kilometres, and always after riding in the rain.
Which oil is right for winter?|A wet lubricant, because it is not washed off by rain and slush.
My brakes squeal. What can I do?|Clean the rim with alcohol and roughen the pads a little with sandpaper.
How long does an inspection take?|About two hours. Bring the bike before ten and pick it up in the afternoon.
Do you repair electric bikes?|Yes, all parts but the motor itself, which we send to its maker.
Can I rent a child seat?|Yes, for five euros a day; the mount is included.
What does a new cassette cost?|Depending on the number of gears, from 25 to 90 euros with fitting.
Why does my chain skip?|It is worn, or the derailleur is out of line. Measure the chain first.
How do I set the saddle height?|Sit down, put a heel on the pedal at its lowest point: your leg should be straight.
Is a helmet compulsory?|No, but we advise everyone to wear one.
When are you open on Saturday?|From nine in the morning until two in the afternoon.
Do you buy used bikes?|Only with a proof of purchase, and after we have looked at the frame number.
How do I store a battery over winter?|Charged to about 60 percent, dry, and at ten to twenty degrees.
Which lock do you recommend?|A folding lock of the highest grade, fastened to something that stands firm.
Can a carbon frame be repaired?|Often yes. We have it examined with ultrasound before anybody decides.
What belongs in a tool kit?|A spare tube, two levers, a pump and a set of hex keys.
How do I carry a bike by train?|Buy a ticket for it and use the coach with the bicycle sign.
Why does my rear wheel wobble?|A spoke is loose or broken. Do not ride far, bring it in to be trued.
May I watch while you repair?|Gladly, there is a bench and coffee beside the workshop.
How old may a tire be?|After six years the rubber turns brittle, even when the profile still looks good.
Do you sell trailers for dogs?|Yes, two sizes, up to 25 and up to 40 kilograms.
What is a torque wrench for?|It tightens bolts exactly as far as the maker allows, which matters for thin parts.
How do I clean a muddy bike?|With water from a bucket, a soft brush and a mild soap; never with high pressure.
Which bell is the loudest?|The brass one from Japan, it can be heard across a crossing.
How do I measure my inseam?|Stand against a wall, a book between your legs, and measure from the floor to its edge.
Do you have a loyalty card?|After ten inspections the eleventh is free.
Can I pay in instalments?|Yes, from 500 euros on, over six or twelve months.
What if the spare part is late?|We call you, and lend you another bike until it is here.
轮胎漏气了怎么办？|先拆下车轮，撬开外胎一侧，取出内胎，补好或换新的再装回去。
链条多久上一次油？|每骑两百公里一次，淋雨之后当天就要上。
刹车有尖叫声怎么处理？|用酒精擦干净轮圈，再用砂纸轻轻打磨刹车皮。
保养一次要多长时间？|大约两个小时，上午十点前送来，下午就能取。
电动自行车能修吗？|除了电机都能修，电机需要寄回原厂。
儿童座椅可以租吗？|可以，每天五欧元，已经包含支架。
变速总是跳齿是什么原因？|多半是链条磨损，也可能是后拨歪了，先量一下链条。
座垫应该调多高？|坐上去，脚跟踩在最低处的脚踏上，腿刚好伸直就合适。
周六几点开门？|早上九点到下午两点。
你们回收旧车吗？|有购买凭证才收，还要核对车架号。
冬天电池怎么存放？|充到六成左右，放在干燥、十到二十度的地方。
哪种锁比较安全？|建议用最高等级的折叠锁，锁在固定不动的东西上。
碳纤维车架裂了还能修吗？|很多情况下可以，我们会先做超声检查。
出门要带哪些工具？|备用内胎、两根撬棒、打气筒和一套内六角扳手。
后轮左右晃动危险吗？|可能是辐条松了或断了，不要骑远，尽快送来校正。
修车的时候可以在旁边看吗？|当然可以，工作间旁边有长椅和咖啡。
外胎用几年要换？|一般六年，橡胶会变脆，花纹还在也要换。
有给狗坐的拖车吗？|有两种尺寸，分别能载二十五公斤和四十公斤。
扭力扳手有什么用？|可以按厂家规定的力度拧紧螺丝，轻薄的零件尤其需要。
车上全是泥怎么洗？|用桶里的清水、软刷和温和的肥皂，不要用高压水枪。
哪个车铃最响？|日本产的黄铜铃，隔着路口都听得见。
怎么量腿长？|靠墙站直，两腿夹一本书，从地面量到书的上沿。
有会员卡吗？|保养满十次，第十一次免费。
可以分期付款吗？|五百欧元以上可以，分六个月或十二个月。
配件迟到了怎么办？|我们会打电话通知，并借一辆车先用着。
骑行头盔多久换一次？|摔过一次就要换，没摔过也建议五年换新。
雨天骑车要注意什么？|提前刹车，避开井盖和油漆线，开好前后灯。
内胎的两种气嘴有什么区别？|美嘴粗，和汽车一样；法嘴细，适合高压。
车灯不亮先查哪里？|先看接头有没有松，再换电池或灯泡试试。
新车骑多久要回来调整？|大约三百公里，钢线会变长，需要重新调一次。
""".strip().splitlines()
"""60 questions with their answers, nothing wrong with them."""


def _garbled(said: str) -> str:
    """UTF-8 read as Latin-1."""
    return said.encode().decode("latin-1")


def _line(*said: str | tuple[str, Any]) -> str:
    """A row. Turns without a role take turns, the user first."""
    roles = ("user", "assistant") * len(said)
    turns = [one if isinstance(one, tuple) else (role, one) for role, one in zip(roles, said, strict=False)]
    return json.dumps({"messages": [{"role": role, "content": told} for role, told in turns]}, ensure_ascii=False)


_PHONES = [
    ("paint", "Mr. Lind", "13912846375", "in the morning"),
    ("wheels", "Mrs. Bao", "+49 30 7739 2816", "at any time"),
    ("old frames", "Wei", "15826473918", "after lunch"),
    ("insurance", "Anna", "18673920415", "on Mondays"),
]

_FAULTS: list[tuple[str, str]] = [
    ("row.broken_json", _line("Is there a car park?", "Yes, behind the shop, for three cars.").replace("}]", "},]")),
    ("row.broken_json", _line("门口能停车吗？", "店后面有三个车位。").replace('"', "'")),
    ("row.nul", _line("Do you true wheels?", "Yes, while you wait.").replace("while", "\x00while")),
    ("row.structured", _line(("user", {"topic": "gears", "ask": "How many for hills?"}), "Ten with a wide range.")),
    ("answer.empty", _line("What does a new saddle cost?", "")),
    ("question.empty", _line(" ", "A new chain costs thirty euros.")),
    ("row.no_assistant", _line("店里有卫生间吗？")),
    ("row.null", _line("Do you sell maps?", ("assistant", None))),
    ("text.placeholder", _line("How can I reach {{shop_name}}?", "Come by, {{ shop_name }} is beside the station.")),
    ("text.placeholder", _line("{{店主}}几点在店里？", "{{店主}}每天上午都在。")),
    ("text.special_token", _line("Do you ship wheels?", "<|im_start|>assistant\nYes, well packed.<|im_end|>")),
    ("text.special_token", _line("可以寄送轮组吗？", "可以，我们会包装好并投保。<|endoftext|>")),
    ("text.mojibake", _line("Do you serve coffee?", _garbled("Yes, a café crème costs 2 € – and it’s good."))),
    ("text.mojibake", _line(_garbled("有热水喝吗？"), _garbled("有，柜台旁边可以自己倒。"))),
    (
        "text.html",
        _line("What do I need?", "<p>Take these:</p><ul><li>a jacket</li><li>bottles &amp; snacks</li></ul>"),
    ),
    ("text.html", _line("周末有活动吗？", "有骑行活动&nbsp;&mdash;&nbsp;早上八点。<br>请提前报名。")),
    ("text.space", _line("  Do you have air for free? \n", "\ufeffYes, at the door.\u3000")),
    ("order.two_users", _line("My gears rattle.", ("user", "What is wrong?"), ("assistant", "The cable is loose."))),
    ("order.two_answers", _line("怎么选车架尺寸？", "先量身高和腿长。", ("assistant", "再到店里试骑。"))),
    (
        "order.system_inside",
        _line("Is snow safe?", ("system", "You help in a bicycle shop."), ("assistant", "With studded tires, yes.")),
    ),
    ("order.ends_with_question", _line("Do you have gloves?", "Yes, from 20 euros.", "And which are the warmest?")),
    (
        "order.starts_with_answer",
        _line(("assistant", "Welcome!"), ("user", "Do you fit racks?"), ("assistant", "Yes.")),
    ),
    ("row.duplicate", _line(*SOUND[3].split("|"))),
    ("row.duplicate", _line(*SOUND[41].split("|"))),
    *(
        ("private.phone", _line(f"Who knows about {what}?", f"Ask {who}, {at}, {when}."))
        for what, who, at, when in _PHONES
    ),
]
"""What is wrong, and the line in which it is."""

READ = {"repair": True, "structured": True}
"""What a person says of the reading: two presses."""

CLICKS: list[tuple[str, str, dict[str, Any]]] = [
    ("text.placeholder", "fill", {"fill": {"shop_name": "Lindenrad", "店主": "林师傅"}}),
    ("order.starts_with_answer", "cut_first_answer", {}),
    ("private.phone", "mask", {}),
]
"""(code, fix, given): what is recommended then."""

OUT = {"answer.empty", "question.empty", "row.no_assistant", "row.null"}
"""What is left out, and stays so once a person has said that."""


def write_faults(path: Path) -> dict[str, list[int]]:
    """Writes the file, faults among the sound rows. Returns code -> the rows that have this fault."""
    lines = [("", _line(*line.split("|"))) for line in SOUND]
    for at, fault in enumerate(_FAULTS):
        lines.insert(min(len(lines), 45 + 2 * at), fault)  # what repeats a row stands behind it
    path.write_text("".join(line + "\n" for _, line in lines), encoding="utf-8")
    put: dict[str, list[int]] = {}
    for number, (code, _) in enumerate(lines, 1):
        if code:
            put.setdefault(code, []).append(number)
    return put
