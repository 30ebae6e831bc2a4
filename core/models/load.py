"""A model and its tokenizer from a folder on this disk: safetensors only, and never code that came with a model.

These are the only two places of the program that load a model. torch and transformers are imported inside, so
that importing this file costs nothing.
"""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from core.errors import UserError
from core.imports import IMPORTS
from core.models.safety import inspect

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

Quantization = Literal["none", "8bit", "4bit"]
Precision = Literal["fp32", "bf16", "fp16"]


def load_tokenizer(folder: Path) -> "PreTrainedTokenizerBase":
    """The tokenizer of the model in `folder`, with a padding token. Needs no torch of its own.

    Raises what `safety.inspect` raises, and UserError model.tokenizer_broken.
    """
    inspect(folder, weights=False)
    with IMPORTS:
        from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    except Exception as error:  # the library raises whatever its parser raised
        raise UserError("model.tokenizer_broken", path=str(folder), said=_first_line(error)) from error
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
    return tokenizer


def load_model(folder: Path, quantization: Quantization, precision: Precision, device: str) -> "PreTrainedModel":
    """The model in `folder` on `device` ("cpu", "cuda", "cuda:0", "mps"), in eval mode, its weights frozen by no one.

    precision is the type of the weights; with 8bit and 4bit it is the type of what is not quantized and of the
    arithmetic. Raises what `safety.inspect` raises, UserError model.no_quantization where bitsandbytes cannot work,
    UserError model.load_failed for what the library refuses; MemoryError and torch's own memory errors pass through.
    """
    inspect(folder)
    with IMPORTS:
        import torch
        from transformers import AutoModelForCausalLM

    dtype = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[precision]
    options: dict[str, Any] = {
        "dtype": dtype,
        "use_safetensors": True,
        "local_files_only": True,
        "attn_implementation": "sdpa",
    }
    if quantization != "none":
        options["quantization_config"] = _bitsandbytes(quantization, dtype, device)
        options["device_map"] = {"": device}
    try:
        model = AutoModelForCausalLM.from_pretrained(str(folder), **options)
    except (MemoryError, torch.OutOfMemoryError):
        raise
    except Exception as error:
        if "out of memory" in str(error).lower() or "can't allocate memory" in str(error).lower():
            raise
        raise UserError("model.load_failed", path=str(folder), said=_first_line(error)) from error
    if quantization == "none":
        model.to(device)
    elif device == "cpu":
        mend_cpu_quantization(model)
    model.eval()
    return model


def mend_cpu_quantization(model: Any) -> None:
    """Keep 4-bit layers on CPUs in the one layout that has a backward pass.

    With AVX512-BF16, bitsandbytes 0.50 repacks the weight at the first forward pass in eval mode; from then on its
    gradients are wrong without an error, and merging yields noise. Switched off, both passes stay right.
    """
    import bitsandbytes

    for module in model.modules():
        if isinstance(module, bitsandbytes.nn.Linear4bit):
            module.support_avx512bf16_for_cpu = False


def _bitsandbytes(quantization: Quantization, dtype: Any, device: str) -> Any:
    """The quantization settings: int8, or nf4 with double quantization as in QLoRA (Dettmers et al. 2023)."""
    from transformers import BitsAndBytesConfig

    if device == "mps":
        raise UserError("model.no_quantization", quantization=quantization)
    # its import warns of kernels that nobody asked for, int8 training of "inputs will be cast" at each layer and step
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    try:
        import bitsandbytes  # noqa: F401  (its absence or a broken build is said here, not from inside the loading)
    except Exception as error:
        raise UserError("model.no_quantization", quantization=quantization) from error
    if quantization == "8bit":
        return BitsAndBytesConfig(load_in_8bit=True)
    return BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=dtype
    )


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
