"""The heavy libraries, imported once and made quiet, on the thread that will use them."""

import logging
import os
import warnings

from core.imports import IMPORTS
from core.models import device


def wake() -> None:
    """Import what training and answering need, some seconds, and settle how they behave in this process."""
    _one_card()
    # Before its import: it warns about an optional package, and in int8 training once per layer call.
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    with IMPORTS:
        import torch
        import trl.trainer.sft_trainer  # noqa: F401  (the slowest: better now than between Start and the first step)

    # Two spinning threads beside one busy process (the browser) can be 35 times slower (measured): leave one core.
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS") or max(1, device.cores() - 1)))
    _quiet()


def _one_card() -> None:
    """TRL refuses a process that sees several cards; the first visible one is used. Before torch is imported."""
    first = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0]
    if device.choose_device() == "cuda":
        os.environ["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"  # nvidia-smi's order, in which the card was chosen
        os.environ["CUDA_VISIBLE_DEVICES"] = first


def _quiet() -> None:
    """What the libraries have to say goes into a run's log (core/runs/log.py), not between the lines of a terminal."""
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    transformers_logging.disable_default_handler()
    for name in ("transformers", "bitsandbytes"):
        logging.getLogger(name).addHandler(logging.NullHandler())
    warnings.filterwarnings("ignore", category=FutureWarning)  # the libraries' advice to each other
