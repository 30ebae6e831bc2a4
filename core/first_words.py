"""The sentences that are needed before anything is installed, in both languages.

All other words stand in webui/text; reading those takes a YAML reader, which a fresh clone does not have.
Standard library only, and readable by Python 3.8: an old Python must get as far as the sentence about its age.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

WORDS = {
    # -- Python
    "python.old": (
        "This is Python {found}, and LoRA Workbench needs Python {low} to {high}. {next}",
        "当前是 Python {found}，LoRA Workbench 需要 Python {low} 到 {high}。{next}",
    ),
    "python.get": (
        "Get one from python.org/downloads and start again with it.",
        "到 python.org/downloads 下载安装后再启动。",
    ),
    "python.other": (
        "This computer also has a fitting one, so start with: {command}",
        "这台电脑上已有合适的版本，请这样启动：{command}",
    ),
    "python.narrow": (
        "This is a 32-bit Python, for which PyTorch does not exist. Get the 64-bit one from python.org/downloads.",
        "这是 32 位的 Python，PyTorch 没有对应的版本。请到 python.org/downloads 下载 64 位版本。",
    ),
    "python.machine": (
        "There is no PyTorch for {machine}. {next}",
        "PyTorch 没有 {machine} 的版本。{next}",
    ),
    "python.intel_mac": (
        "Use a Mac with an Apple chip (and a Python made for it), Windows or Linux.",
        "请使用 Apple 芯片的 Mac（以及对应版本的 Python）、Windows 或 Linux。",
    ),
    "python.windows_arm": (
        "Install the 64-bit Python for Intel and AMD (x86-64) from python.org/downloads, which runs here too.",
        "请到 python.org/downloads 安装 x86-64 版的 Python，它在这台电脑上也能运行。",
    ),
    "python.no_venv": (
        "This Python has no `venv` module, so no environment of its own can be made. {next}",
        "这个 Python 没有 `venv` 模块，无法建立独立环境。{next}",
    ),
    "python.no_venv_debian": (
        "Install it with: sudo apt install python{version}-venv",
        "请先安装：sudo apt install python{version}-venv",
    ),
    "python.no_venv_other": (
        "Install Python from python.org/downloads, or the venv package of your system.",
        "请从 python.org/downloads 安装 Python，或安装系统的 venv 软件包。",
    ),
    # -- the folder
    "folder.read_only": (
        "The folder {folder} cannot be written to. Move LoRA Workbench into a folder of your own and start again.",
        "无法写入文件夹 {folder}。请把 LoRA Workbench 移到自己的文件夹里再启动。",
    ),
    "folder.long": (
        "The folder's path has {length} characters, and Windows allows {limit} here: {folder}. "
        "Move the folder to a shorter place, for example C:\\lora-workbench, and start again.",
        "文件夹路径有 {length} 个字符，Windows 在这里最多允许 {limit} 个：{folder}。"
        "请把文件夹移到更短的位置（例如 C:\\lora-workbench）再启动。",
    ),
    "folder.disk": (
        "The disk is too full: about {need} GB are needed in {folder}, {free} GB are free. Make room and start again.",
        "磁盘空间不足：{folder} 大约需要 {need} GB，目前只剩 {free} GB。请腾出空间后再启动。",
    ),
    # -- the installation
    "install.begin": (
        "Setting up LoRA Workbench, once: about {download} GB to download, {disk} GB on disk, "
        "{minutes} minutes or more.",
        "首次启动需要安装，只做一次：大约下载 {download} GB，占用磁盘 {disk} GB，需要 {minutes} 分钟以上。",
    ),
    "install.update": (
        "The list of packages has changed, bringing the environment up to date.",
        "软件包清单有变化，正在更新环境。",
    ),
    "install.resume": (
        "An earlier installation was not finished, going on from there.",
        "上次安装没有完成，从中断处继续。",
    ),
    "install.anew": (
        "The environment in {folder} does not work any more, making it anew.",
        "{folder} 里的环境已损坏，正在重新建立。",
    ),
    "install.keep_open": (
        "Keep this window open. If it is closed, the next start goes on from there.",
        "请不要关闭这个窗口。如果关闭了，下次启动会从中断处继续。",
    ),
    "install.wait": (
        "Another start is setting up the environment in this folder, waiting for it.",
        "另一个启动正在这个文件夹里安装环境，等待它完成。",
    ),
    "install.step": ("[{step}/{steps}] {what}", "[{step}/{steps}] {what}"),
    "install.venv": ("an environment of its own in {folder}", "在 {folder} 建立独立环境"),
    "install.torch": ("PyTorch {version} for {build}", "PyTorch {version}（{build}）"),
    "install.rest": ("the other {count} packages", "其余 {count} 个软件包"),
    "install.tests": ("what the tests need", "测试所需的软件包"),
    "install.got": ("      {name}  {size}", "      {name}  {size}"),
    "install.collect": ("      looking up {name} ({n} of {total})", "      正在查找 {name}（{n}/{total}）"),
    "install.load": ("      {name}: {percent} % of {size}", "      {name}：{size}，已完成 {percent} %"),
    "install.unpack": ("      unpacking, this takes a minute or two", "      正在解包，需要一两分钟"),
    "install.still": ("      still working, {minutes} min so far", "      仍在进行，已用 {minutes} 分钟"),
    "install.done": ("Ready after {minutes} min.", "安装完成，用时 {minutes} 分钟。"),
    "install.stopped": (
        "Interrupted. The next start goes on from there.",
        "已中断。下次启动会从中断处继续。",
    ),
    # -- which PyTorch
    "torch.cuda": ("NVIDIA {card} (driver {driver}, {index})", "NVIDIA {card}，驱动 {driver}，{index}"),
    "torch.cpu": ("the processor (CPU)", "CPU 版"),
    "torch.apple": ("Apple chips", "Apple 芯片"),
    "torch.old_driver": (
        "The NVIDIA driver {driver} is too old for {card}: training would run on the processor. "
        "Install driver {need} or newer, delete the folder .venv and start again to use the card.",
        "NVIDIA 驱动 {driver} 对 {card} 来说太旧，训练将在 CPU 上进行。"
        "要使用显卡，请安装 {need} 或更新的驱动，删除 .venv 文件夹后再启动。",
    ),
    "torch.unreachable_windows": (
        "The PyTorch index cannot be reached within 5 s, so PyTorch comes from your own package index: "
        "on Windows that is the build for the processor only.",
        "5 秒内无法连接 PyTorch 官方索引，改用当前的 pip 源：在 Windows 上只有 CPU 版。",
    ),
    "torch.unreachable_linux": (
        "The PyTorch index cannot be reached within 5 s, so PyTorch comes from your own package index: "
        "on Linux that is usually the build for NVIDIA cards, some gigabytes.",
        "5 秒内无法连接 PyTorch 官方索引，改用当前的 pip 源：在 Linux 上通常是 NVIDIA 显卡版，有几 GB。",
    ),
    # -- what can go wrong on the way
    "failed.network": (
        "The packages cannot be downloaded: {host} cannot be reached. Check the connection (a proxy goes into "
        "HTTPS_PROXY, a mirror into `pip config set global.index-url ADDRESS`) and start again; "
        "what is downloaded already is kept.",
        "无法下载软件包：连不上 {host}。请检查网络后再启动，已下载的内容会保留。"
        "代理写在 HTTPS_PROXY，镜像源用 `pip config set global.index-url 地址` 设置。",
    ),
    "failed.index": ("the package index", "pip 源"),
    "failed.missing": (
        "Your package index does not have {package}. It may be an old mirror: try another one, or the default one, "
        "and start again.",
        "当前的 pip 源里没有 {package}，可能是镜像源太旧。请换一个源（或默认源）再启动。",
    ),
    "failed.disk": (
        "The disk is full while installing into {folder}. Make about {need} GB of room and start again.",
        "安装到 {folder} 时磁盘已满。请腾出大约 {need} GB 空间再启动。",
    ),
    "failed.other": (
        "The installation stopped: {said} Everything it said stands in {log}. Start again to go on.",
        "安装中断：{said} 完整的记录在 {log}。再次启动可以继续。",
    ),
    "failed.venv": (
        "The environment in {folder} could not be made: {said} Delete that folder and start again.",
        "无法在 {folder} 建立环境：{said} 请删除这个文件夹再启动。",
    ),
    "failed.in_use": (
        "The environment in {folder} is broken and cannot be removed, because a program uses it. "
        "Close every LoRA Workbench window, delete that folder and start again.",
        "{folder} 里的环境已损坏，但有程序正在使用它，无法删除。请关闭所有 LoRA Workbench 窗口，删除该文件夹再启动。",
    ),
    # -- the command line
    "cli.verb": (
        "There is no verb `{word}`.{near} The verbs are {verbs}; without one, the window opens.",
        "没有 `{word}` 这个命令。{near}可用的命令：{verbs}；不写命令则打开窗口。",
    ),
    "cli.data_verb": (
        "There is no verb `data {word}`.{near} After `data` stands one of {verbs}.",
        "没有 `data {word}` 这个命令。{near}`data` 后面可以写：{verbs}。",
    ),
    "cli.data_verb_missing": (
        "After `data` stands what to do with it: {verbs}. See `data --help`.",
        "`data` 后面要写做什么：{verbs}。用 `data --help` 查看说明。",
    ),
    "cli.unknown": (
        "`{verb}` does not know `{word}`.{near} See `--help` for what it takes.",
        "`{verb}` 不认识 `{word}`。{near}用 `--help` 查看可用的选项。",
    ),
    "cli.near": (" Did you mean `{word}`?", "是不是 `{word}`？"),
    "cli.nothing_near": ("", ""),
    "cli.choice": (
        "`{option}` takes one of {choices}, not `{value}`.",
        "`{option}` 只能是 {choices}，不能是 `{value}`。",
    ),
    "cli.number": ("`{option}` takes a number, not `{value}`.", "`{option}` 需要一个数字，不能是 `{value}`。"),
    "cli.value": ("`{option}` needs a value after it.", "`{option}` 后面需要写一个值。"),
    "cli.both": ("`{option}` and `{other}` cannot be said together.", "`{option}` 和 `{other}` 不能同时写。"),
    "cli.required": ("`{verb}` also needs {names}.", "`{verb}` 还需要 {names}。"),
    "cli.other": ("The options could not be read: {said}.", "无法读取选项：{said}。"),
}


class Trouble(Exception):
    """What keeps the program from starting, as a key and facts of WORDS.

    exit_code: 2 when the person can mend it, 1 when the machine is in the way.
    """

    def __init__(self, key: str, exit_code: int = 1, **facts: Any) -> None:
        super().__init__(key)
        self.key = key
        self.exit_code = exit_code
        self.facts = facts


def chinese(argv: Sequence[str], environ: Mapping[str, str] | None = None) -> bool:
    """Whether to speak Chinese: what `--lang` says, else the language of the system."""
    environ = os.environ if environ is None else environ
    for number, word in enumerate(argv):
        if number and argv[number - 1] == "--lang" or word.startswith("--lang="):
            return word.split("=")[-1] == "zh"
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return environ[name].lower().startswith("zh")
    if sys.platform == "win32":
        import ctypes

        return bool(ctypes.windll.kernel32.GetUserDefaultUILanguage() & 0x3FF == 0x04)  # LANG_CHINESE
    return False


def speaker(zh: bool, words: Mapping[str, tuple[str, str]] = WORDS) -> Callable[..., str]:
    """`say(key, **facts)` for one language. A fact that is a pair (key, facts) is said as well."""

    def say(key: str, **facts: Any) -> str:
        said = {name: say(value[0], **value[1]) if isinstance(value, tuple) else value for name, value in facts.items()}
        return words[key][1 if zh else 0].format(**said)

    return say
