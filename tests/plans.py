"""Plans as a real run's `Started` event holds them: every field of core.training.plan.Plan, and no other."""

from typing import Any

from core.training.plan import Plan


def plan(steps: int = 10, **changes: Any) -> dict[str, Any]:
    """48 rows in three passes; `changes` replace fields. Raises TypeError for one that a plan does not have."""
    fields: dict[str, Any] = {
        "train_rows": 48, "holdout_rows": 5, "general_rows": 0, "max_length": 128, "rows_cut": 0, "batch_size": 8,
        "gradient_accumulation": 1, "steps": steps, "steps_per_epoch": max(1, steps // 3), "epochs": 3.0,
        "learning_rate": 2e-4, "rank": 16, "alpha": 32.0, "warmup_steps": 1, "eval_every": max(1, steps // 4),
        "save_every": 0, "quantization": "none", "precision": "fp32", "activation_checkpointing": False,
        "device": "CPU", "mean_length": 40.0, "exact": True,
    }  # fmt: skip
    return Plan(**{**fields, **changes}).plain()
