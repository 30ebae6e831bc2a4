"""The six rooms, in the order in which a person walks through them."""

from importlib import import_module, util
from types import ModuleType

TABS: dict[str, ModuleType] = {
    room: import_module(f"webui.tabs.{room}" if util.find_spec(f"webui.tabs.{room}") else "webui.tabs.empty")
    for room in ("data", "model", "settings", "training", "compare", "share")
}
