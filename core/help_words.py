"""What `--help` says, in both languages: (English, Chinese).

Standard library only, and readable by Python 3.8, as first_words.py is.
"""

from __future__ import annotations

HELP = {
    "help.description": (
        "LoRA Workbench teaches a language model your own subject, in the browser, without code.\n"
        "Without a verb it opens the window.",
        "LoRA Workbench：在浏览器里教语言模型学会你的内容，不用写代码。\n不写命令则打开窗口。",
    ),
    "help.epilog": (
        "Exit code: 0 done, 2 something to mend on your side, 1 the machine (memory, disk, network, busy).",
        "退出码：0 完成，2 需要你修改，1 机器的问题（内存、磁盘、网络、设备被占用）。",
    ),
    "help.what": ("what", "对象"),
    "help.options": ("options", "选项"),
    "help.verbs": ("verbs", "命令"),
    "help.help": ("show this help and leave", "显示帮助后退出"),
    "help.json": ("one JSON document on stdout, errors as well", "在标准输出给出一个 JSON，错误也一样"),
    "help.lang": ("language of the sentences: en or zh", "语言：en 或 zh"),
    "help.workspace": ("where data and runs are kept (~/lora-workbench)", "数据和训练存放的文件夹（~/lora-workbench）"),
    "help.port": ("port of the window (7860, or the next free one)", "窗口的端口（7860，被占用时用下一个）"),
    "help.no_browser": ("open no browser, only print the address", "不打开浏览器，只显示地址"),
    "help.check": ("read a file: format, rows, what is wrong with which row", "检查文件：格式、行数、哪一行有什么问题"),
    "help.preview": ("what the model sees of some rows, token by token", "逐个词元查看模型看到的内容"),
    "help.forecast": ("how much memory and time a run takes, and what fits", "预计需要多少内存和时间，能否放下"),
    "help.train": ("train", "训练"),
    "help.runs": ("list the runs, or show one", "列出训练，或查看其中一个"),
    "help.compare": ("answers of the model before and after", "对比训练前后的回答"),
    "help.export": ("write what was learned to a folder", "把学到的内容导出到文件夹"),
    "help.test": ("the project's own tests", "运行本项目的测试"),
    "help.file": (
        "a file of rows: JSON, JSONL, CSV, Excel, Parquet or text",
        "数据文件：JSON、JSONL、CSV、Excel、Parquet 或文本",
    ),
    "help.data": ("a file, a sample's name or a data set's id", "文件、示例名称或数据集编号"),
    "help.model": ("starter, a catalogue name, a folder or a hub id", "starter、目录中的名称、文件夹或 hub 编号"),
    "help.endpoint": (
        "download from this address, a mirror (huggingface.co); HF_TOKEN is used where it is set",
        "从这个地址（镜像站）下载，默认 huggingface.co；设置了 HF_TOKEN 时会使用它",
    ),
    "help.reading": ("how the data is read", "如何读取数据"),
    "help.encoding": (
        "of a text file, as gb18030; found by itself otherwise",
        "文本文件的编码，如 gb18030；默认自动识别",
    ),
    "help.sheet": ("the sheet of a workbook", "要读取的工作表"),
    "help.separator": ("what stands between the cells: tab, or one character", "单元格之间的分隔符：tab 或一个字符"),
    "help.header": ("whether the first row names the columns", "第一行是不是列名"),
    "help.column": (
        "which column holds what, as question=Frage; again for another one",
        "哪一列是什么，如 question=提问，可重复",
    ),
    "help.speaker": ("whose turns are the model's, where speakers have names", "对话中哪位说话人是模型"),
    "help.fill": (
        "words for a placeholder, as name=Aurora; again for another one",
        "占位符的内容，如 name=晨光，可重复",
    ),
    "help.repair": ("mend what is no valid JSON", "修补不合规的 JSON"),
    "help.nested_as_text": ("lists and objects become JSON text", "列表和对象转为 JSON 文本"),
    "help.eval_data": (
        "rows to measure on, instead of keeping some aside; read as DATA",
        "专门用来检验的数据，不再从数据中留出",
    ),
    "help.rows": ("how many rows, `all`, or row numbers: 1,3 (5)", "行数、`all` 或行号：1,3（默认 5）"),
    "help.recipe": ("what to learn and how thorough: faq, style/quick", "学什么、多充分：faq、style/quick"),
    "help.set": ("a setting, as rank=16; again for another one", "设置项，如 rank=16，可重复"),
    "help.name": ("a name for the run", "训练的名称"),
    "help.no_wait": ("when another program has the device, leave instead of waiting", "设备被占用时直接退出，不等待"),
    "help.run": ("a run's id, the beginning of it, or its name", "训练的编号、编号开头或名称"),
    "help.prompt": ("a question; again for another one", "问题，可重复"),
    "help.system": ("system prompt for both sides (the data's own)", "两边共用的系统提示词（默认用数据里的）"),
    "help.temperature": ("0 is greedy: the likeliest token always", "0 表示总选最可能的词元"),
    "help.max_tokens": ("longest answer in tokens", "回答最长多少词元"),
    "help.seed": ("the same seed draws the same answer", "相同的种子得到相同的回答"),
    "help.as": (
        "adapter: adapter_model.safetensors and what belongs to it",
        "adapter：adapter_model.safetensors 及相关文件",
    ),
    "help.to": ("the folder to write", "导出到哪个文件夹"),
    # -- data and its verbs
    "help.sets": (
        "data sets: list, look at, mend, put together, take out",
        "数据集：列出、查看、修正、合并、导出",
    ),
    "help.sets.more": (
        "Data is never changed: what is mended or put together is a new version, and the one before stays.\n"
        "`data mend --help` says what each of them takes.",
        "数据从不被改动：修正或合并的结果是一个新版本，原来的版本保留。\n"
        "用 `data mend --help` 这样的写法查看各命令的选项。",
    ),
    "help.sets.list": ("the data sets that are kept here", "列出保存在这里的数据集"),
    "help.sets.show": (
        "what is in a data set, what was done in it, what is wrong with which row and how it can be mended",
        "数据集里有什么、做过哪些修改、哪一行有什么问题、可以怎样修正",
    ),
    "help.sets.versions": ("all versions of a data set, oldest first", "数据集的所有版本，从旧到新"),
    "help.sets.mend": (
        "mend what was found, as a new version; alone, it says what can be mended",
        "修正检查出的问题，得到新版本；不加选项时只说明可以修正什么",
    ),
    "help.sets.mend.more": (
        "  data mend faq.csv                             what can be mended, and how\n"
        "  data mend faq.csv --safe --preview            what would change\n"
        "  data mend faq.csv --safe                      all that loses nothing to be learned\n"
        "  data mend faq.csv --fix answer.empty=drop     one finding in one way\n"
        "  data mend faq.csv --fix tokens.cut=shorten --max-length 512 --model starter",
        "  data mend faq.csv                             可以修正什么，怎样修正\n"
        "  data mend faq.csv --safe --preview            会改动什么\n"
        "  data mend faq.csv --safe                      修正所有不丢失学习内容的问题\n"
        "  data mend faq.csv --fix answer.empty=drop     用一种方式修正一个问题\n"
        "  data mend faq.csv --fix tokens.cut=shorten --max-length 512 --model starter",
    ),
    "help.sets.merge": (
        "put several data sets together into a new one",
        "把几个数据集合并成一个新的",
    ),
    "help.sets.merge.more": (
        "  data merge faq.csv pirate-en:0.5 --name both             half of the second\n"
        "  data merge faq.csv pirate-en:20 --name both --shuffle    20 rows of it, in a drawn order",
        "  data merge faq.csv pirate-en:0.5 --name 合并             第二个只取一半\n"
        "  data merge faq.csv pirate-en:20 --name 合并 --shuffle    第二个取 20 行，并打乱顺序",
    ),
    "help.sets.export": ("write a data set to a file", "把数据集写成文件"),
    "help.sets.delete": ("delete a data set, or one version of it", "删除数据集，或其中一个版本"),
    "help.sets.rows": ("its rows too: how many, `all`, or row numbers: 1,3", "同时显示行：行数、`all` 或行号：1,3"),
    "help.sets.safe": (
        "all that can be mended without losing what would be learned",
        "修正所有不丢失学习内容的问题",
    ),
    "help.sets.fix": (
        "one finding in one way, as answer.empty=drop; again for another one",
        "用一种方式修正一个问题，如 answer.empty=drop，可重复",
    ),
    "help.sets.fill": (
        "words for a placeholder in the rows, as name=Aurora; again for another one",
        "行里占位符的内容，如 name=晨光，可重复",
    ),
    "help.sets.max_length": (
        "for shorten and split: the longest row, in tokens of --model",
        "用于 shorten 和 split：一行最多多少词元，按 --model 计算",
    ),
    "help.sets.preview": ("only show what would change", "只显示会改动什么"),
    "help.sets.parts": (
        "a file, a sample's name or a data set's id; with :0.5 half of its rows, with :20 twenty of them",
        "文件、示例名称或数据集编号；加 :0.5 取一半的行，加 :20 取 20 行",
    ),
    "help.sets.name": ("the name of the new data set", "新数据集的名称"),
    "help.sets.seed": ("the same seed draws the same rows (1)", "相同的种子抽到相同的行（1）"),
    "help.sets.shuffle": ("in a drawn order instead of one after another", "打乱顺序，而不是依次排列"),
    "help.sets.system": (
        "a system prompt for the rows that have none",
        "给没有系统提示词的行加上这个系统提示词",
    ),
    "help.sets.replace_system": ("the system prompt of --system for all rows", "所有行都改用 --system 的系统提示词"),
    "help.sets.as": (
        "jsonl and parquet hold all there is; csv is for a spreadsheet",
        "jsonl 和 parquet 保留全部内容；csv 用于表格软件",
    ),
    "help.sets.to": ("the file to write, or the folder to write it into", "写到哪个文件，或放进哪个文件夹"),
    "help.sets.force": ("write over a file that is there", "覆盖已有的文件"),
    "help.sets.id": ("a data set's id, as `data list` shows it", "数据集编号，用 `data list` 查看"),
    "help.sets.this_version": ("only this one of several versions", "只删除这一个版本"),
    "help.sets.all_versions": ("all versions of it", "删除它的所有版本"),
}
