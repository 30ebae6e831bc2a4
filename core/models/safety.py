"""A look at a model folder before anything of it is loaded: no foreign code, no pickle, no unknown architecture.

Everything here reads JSON and file names only. Symbolic links are how the Hugging Face cache keeps its files, so
they are fine; a name inside an index file that leaves the folder is not.
"""

import ast
import importlib.util
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.findings import Finding
from core.models.facts import read_config
from core.models.weights import INDEX, read_headers, shard_names

JSON_LIMIT = 50_000_000
"""Largest JSON file that is looked into, bytes; a tokenizer of a million pieces has some 35 MB."""

_CODE_KEYS = ("auto_map", "trust" + "_remote_code", "custom_pipelines")
"""Keys by which a model asks for its own Python code to be run."""

_VOCABULARIES = ("tokenizer.json", "vocab.json", "added_tokens.json")
"""Word lists: any word may stand in them, and nothing that reads them looks for code."""

TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json", "spiece.model")


def inspect(folder: Path, *, weights: bool = True) -> None:
    """Refuse what must not or cannot be loaded. `weights=False` before the weights are downloaded.

    Raises UserError: model.no_config, model.config_broken, model.adapter_folder, model.code_keys, model.code_files,
    model.architecture, model.not_text, model.already_quantized, model.no_tokenizer, and those of the weights:
    model.pickle_only, model.no_weights, model.weight_map, model.incomplete, model.weights_broken.
    """
    if not (folder / "config.json").is_file() and (folder / "adapter_config.json").is_file():
        raise UserError("model.adapter_folder", path=str(folder), base=_base_of(folder))
    config = read_config(folder)
    for path in sorted(folder.glob("*.json")):
        _refuse_code(path)
    code = sorted(path.name for path in folder.iterdir() if path.suffix in (".py", ".pyc", ".so", ".dll"))
    if code:
        raise UserError("model.code_files", path=str(folder), file=code[0])
    check_config(config, where=str(folder))
    if not any((folder / name).is_file() for name in TOKENIZERS):
        raise UserError("model.no_tokenizer", path=str(folder))
    if (folder / INDEX).is_file():
        shard_names(folder / INDEX)
    if weights:
        read_headers(folder)


def findings(folder: Path) -> list[Finding]:
    """What is not wrong but good to know: `model.no_template`, the model has no chat template of its own."""
    if (folder / "chat_template.jinja").is_file() or (folder / "chat_template.json").is_file():
        return []
    try:
        settings = json.loads((folder / "tokenizer_config.json").read_bytes())
    except (OSError, ValueError, RecursionError):
        settings = {}
    if isinstance(settings, dict) and settings.get("chat_template"):
        return []
    return [Finding("warning", "model.no_template")]


def check_config(config: dict[str, Any], *, where: str) -> None:
    """Whether config.json describes a text model that the installed transformers can load and LoRA can train.

    Raises UserError model.code_keys, model.architecture, model.not_text, model.already_quantized.
    """
    key = code_key(config)
    if key:
        raise UserError("model.code_keys", path=where, key=key)
    known = causal_models()
    named = config.get("architectures")
    architecture = str(named[0])[:80] if isinstance(named, list) and named else ""
    kind = str(config.get("model_type", ""))[:60]
    if "vision_config" in config or "audio_config" in config or architecture.endswith("ForConditionalGeneration"):
        raise UserError("model.not_text", path=where, architecture=architecture or kind)
    if kind not in known or architecture not in known[kind]:
        raise UserError("model.architecture", path=where, architecture=architecture or kind or "?")
    if config.get("quantization_config") or config.get("quantization"):
        raise UserError("model.already_quantized", path=where)


def code_key(value: Any) -> str:
    """The first key at any depth that asks for code to be run, "" if there is none."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            for key in _CODE_KEYS:
                if one.get(key):
                    return key
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return ""


@cache
def causal_models() -> dict[str, frozenset[str]]:
    """Model type -> names of its causal language models that the installed transformers knows.

    The table is read out of the library's source text: importing it would import torch.
    """
    spec = importlib.util.find_spec("transformers")
    if spec is None or not spec.submodule_search_locations:
        raise UserError("model.no_library")
    source = Path(spec.submodule_search_locations[0], "models", "auto", "modeling_auto.py").read_text(encoding="utf-8")
    found = re.search(r"^MODEL_FOR_CAUSAL_LM_MAPPING_NAMES = OrderedDict\((.*?)^\)", source, re.S | re.M)
    if found:
        pairs = ast.literal_eval(found[1].strip())
    else:  # another version of the library has another layout: then the import is the price
        from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

        pairs = list(MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.items())
    return {kind: frozenset([names] if isinstance(names, str) else names) for kind, names in pairs}


def _refuse_code(path: Path) -> None:
    """Raises UserError when the JSON file asks for code, is too large or is not JSON."""
    if not path.is_file() or path.stat().st_size > JSON_LIMIT:
        raise UserError("model.config_broken", path=str(path))
    if path.name in _VOCABULARIES:
        return
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise UserError("model.config_broken", path=str(path)) from None
    key = code_key(content)
    if key:
        raise UserError("model.code_keys", path=str(path.parent), key=key)


def _base_of(folder: Path) -> str:
    """Name of the model that an adapter belongs to, "?" if it does not say."""
    try:
        return str(json.loads((folder / "adapter_config.json").read_bytes())["base_model_name_or_path"])[:120]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return "?"
