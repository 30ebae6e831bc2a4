"""One model in memory: the base's weights once, and any number of adapters beside it.

Everything that makes "base" really the base is here, because training leaves traces on a model object
(tried with trl 1.16, accelerate 1.15, peft 0.21, transformers 5.23):

- accelerate wraps `forward` in an autocast that stays after training,
- TRL patches a fused LM head into the inner `forward`,
- activation checkpointing switches `use_cache` off and leaves a hook on the embeddings,
- an exception inside a batch with `adapter_names` leaves peft's hooks on every layer,
- peft refuses a second PeftModel around the same base.
"""

import gc
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import UserError

if TYPE_CHECKING:
    from peft import LoraConfig, PeftModel
    from torch import Tensor, nn
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

PROBE_TOKENS = 16
"""Length of the fixed prompt with which the base is compared with itself."""


class Session:
    """A loaded base model with its tokenizer. Used only by the thread that owns the device.

    folder, quantization, precision: what was loaded, the key by which a request finds it again.
    """

    def __init__(
        self, model: "PreTrainedModel", tokenizer: "PreTrainedTokenizerBase", key: tuple[str, str, str], device: str
    ) -> None:
        self.base = model
        self.tokenizer = tokenizer
        self.key = key
        self.device = device
        self.adapters: set[str] = set()
        self.peft: PeftModel | None = None
        self.base.eval()
        self._use_cache = getattr(model.config, "use_cache", True)
        self._generation = model.generation_config.to_dict() if model.generation_config is not None else {}
        self._probe_before = self._probe(model)

    # -- adapters

    def attach_new(self, name: str, config: "LoraConfig") -> "PeftModel":
        """A fresh adapter to train, on a base without any other; its weights are float32."""
        import torch
        from peft import get_peft_model

        self.detach_all()
        self.peft = get_peft_model(self.base, config, adapter_name=name)
        for parameter in self.peft.parameters():
            if parameter.requires_grad:
                parameter.data = parameter.data.to(torch.float32)
        self.adapters = {name}
        return self.peft

    def attach_saved(self, name: str, folder: Path) -> None:
        """Load an adapter from a run folder beside those already there.

        Raises UserError `adapter.damaged` for files that cannot be read, `adapter.other_model` for another base.
        """
        from peft import LoraConfig, PeftModel, set_peft_model_state_dict
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        if name in self.adapters:
            return
        try:
            weights = load_file(folder / "adapter_model.safetensors", device="cpu")
            config = LoraConfig.from_pretrained(str(folder))
        except (OSError, ValueError, TypeError, RecursionError, SafetensorError) as error:
            raise UserError("adapter.damaged", folder=folder.name) from error
        config.inference_mode = True
        try:
            if self.peft is None:
                self.peft = PeftModel(self.base, config, adapter_name=name)
            else:
                self.peft.add_adapter(name, config)
            self.adapters.add(name)
            result = set_peft_model_state_dict(self.peft, weights, adapter_name=name)
            fits = not result.unexpected_keys
        except (RuntimeError, ValueError, TypeError):  # other shapes, or layers that this model has not
            fits = False
        if not fits:
            self.detach(name)
            raise UserError("adapter.other_model", folder=folder.name)
        assert self.peft is not None
        self.peft.to(self.device)
        self.peft.eval()

    def detach(self, name: str) -> None:
        """Drop one adapter; the last one takes the PeftModel with it."""
        if self.peft is None:
            return
        if self.adapters - {name}:
            self.peft.delete_adapter(name)
            self.adapters.discard(name)
        else:
            self.detach_all()

    def detach_all(self) -> None:
        """Leave the plain base, as it was loaded."""
        if self.peft is not None:
            self.restore()
            self.base = self.peft.unload()
            for trace in ("peft_config", "_hf_peft_config_loaded"):
                self.base.__dict__.pop(trace, None)
            self.peft = None
            self.adapters = set()
            gc.collect()

    # -- the base as it was loaded

    def restore(self) -> None:
        """Take away what training left on the model: wrappers, checkpointing, hooks, changed configs."""
        for module in self._wrapped():
            module.__dict__.pop("forward", None)
            module.__dict__.pop("_original_forward", None)
        self.clear_hooks()
        if self.base.is_activation_checkpointing:
            self.base.activation_checkpointing_disable()
        if getattr(self.base, "_require_grads_hook", None) is not None:
            self.base.disable_input_require_grads()
        self._put_back_configs()
        (self.peft or self.base).eval()

    def clear_hooks(self) -> None:
        """Remove peft's per-batch hooks that an exception left behind; LoRA layers carry no others."""
        from peft.tuners.lora import LoraLayer

        for module in self.base.modules():
            if isinstance(module, LoraLayer):
                module._forward_pre_hooks.clear()
                module._forward_pre_hooks_with_kwargs.clear()

    def _wrapped(self) -> "list[nn.Module]":
        return [self.base] if self.peft is None else [self.peft, self.peft.base_model, self.base]

    def _put_back_configs(self) -> None:
        from transformers import GenerationConfig

        self.base.config.use_cache = self._use_cache
        if self._generation:
            self.base.generation_config = GenerationConfig.from_dict(dict(self._generation))

    @contextmanager
    def untouched(self) -> Iterator[None]:
        """For the time of the block the model is as it was loaded, and afterwards as it was before the block.

        Safe between two training steps: wrappers, mode, configs and the random state are put back.
        """
        import torch

        kept = [
            (module, {name: module.__dict__.pop(name) for name in ("forward",) if name in module.__dict__})
            for module in self._wrapped()
        ]
        training = [module for module in self.base.modules() if module.training]
        outer_training = self.peft is not None and self.peft.training
        use_cache, generation = self.base.config.use_cache, self.base.generation_config
        states = _random_states()
        self._put_back_configs()
        (self.peft or self.base).eval()
        try:
            with torch.no_grad():
                yield
        finally:
            self.clear_hooks()
            if outer_training and self.peft is not None:
                self.peft.training = True
                self.peft.base_model.training = True
            for module in training:
                module.training = True
            for module, forwards in kept:
                module.__dict__.update(forwards)
            self.base.config.use_cache, self.base.generation_config = use_cache, generation
            _put_back(states)

    # -- the proof

    def _probe(self, model: Any) -> "Tensor":
        """Logits of a fixed prompt, (1, PROBE_TOKENS, vocabulary), on the CPU."""
        import torch

        size = int(model.config.get_text_config().vocab_size)
        ids = torch.arange(1, PROBE_TOKENS + 1, device=self.device).remainder(size)[None]
        with torch.no_grad():
            found: Tensor = model(input_ids=ids, use_cache=False).logits
        return found.float().cpu()

    def base_is_clean(self) -> bool:
        """Whether the base side answers exactly as the model did before an adapter. Call inside `untouched()`."""
        import torch

        if self.peft is None:
            return bool(torch.equal(self._probe(self.base), self._probe_before))
        with self.peft.base_model._enable_peft_forward_hooks(adapter_names=["__base__"]):
            return bool(torch.equal(self._probe(self.base), self._probe_before))

    def close(self) -> None:
        """Give the memory back."""
        import torch

        self.peft = None
        del self.base
        gc.collect()
        if self.device.startswith("cuda"):
            torch.cuda.empty_cache()
        elif self.device == "mps":
            torch.mps.empty_cache()


def _random_states() -> dict[str, Any]:
    import numpy
    import torch

    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    mps = torch.mps.get_rng_state() if torch.backends.mps.is_available() else None
    return {
        "mps": mps,
        "python": random.getstate(),
        "numpy": numpy.random.get_state(),
        "torch": torch.get_rng_state(),
        "cuda": cuda,
    }


def _put_back(states: dict[str, Any]) -> None:
    import numpy
    import torch

    random.setstate(states["python"])
    numpy.random.set_state(states["numpy"])
    torch.set_rng_state(states["torch"])
    if states["cuda"]:
        torch.cuda.set_rng_state_all(states["cuda"])
    if states["mps"] is not None:
        torch.mps.set_rng_state(states["mps"])
