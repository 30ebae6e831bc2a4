"""The six rooms, in the order in which a person walks through them."""

from types import ModuleType

from webui.tabs import compare, data, model, settings, share, training

TABS: dict[str, ModuleType] = {
    "data": data,
    "model": model,
    "settings": settings,
    "training": training,
    "compare": compare,
    "share": share,
}
