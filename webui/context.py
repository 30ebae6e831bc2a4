"""What the window works with, built once in app.py and handed down; there are no module-level globals."""

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.drafts import DraftStore
from core.engine import Engine
from core.runs.store import RunStore
from core.workspace import Workspace
from webui.asking import Asking
from webui.estimate import Counted
from webui.intake import Intake
from webui.measuring import Measuring
from webui.mending import Mending
from webui.run_list import RunList
from webui.secret import Secret
from webui.views import Follower
from webui.wishes import Wishes
from webui.worker import Worker

if TYPE_CHECKING:
    from core.data.datasets import DatasetStore
    from core.models.sources import Fetcher


@dataclass(frozen=True)
class Context:
    """The workspace's stores, the engine, and the helpers that keep the tick short."""

    workspace: Workspace
    store: RunStore
    datasets: "DatasetStore"
    drafts: DraftStore
    engine: Engine
    fetcher: "Fetcher"
    worker: Worker = field(default_factory=Worker)
    network: Worker = field(default_factory=Worker)  # questions to a model source, which may be slow to answer
    counted: Counted = field(default_factory=Counted)  # lengths of rows, for any settings
    token: Secret = field(default_factory=Secret)  # for models that their source does not give to everybody
    follower: Follower = field(default_factory=Follower)  # events of runs, read on from where the last look ended
    runs: RunList = field(default_factory=RunList)  # all runs, for menus and tables
    asking: Asking = field(default_factory=Asking)  # the question that is being answered
    intake: Intake = field(default_factory=Intake)  # the file that is being read
    measuring: Measuring = field(default_factory=Measuring)  # token counts of whole data sets
    wishes: Wishes = field(default_factory=Wishes)  # how files are to be read, until they are
    mending: Mending = field(default_factory=Mending)  # what is about to be mended, until it is
    looking: Worker = field(default_factory=Worker)  # first rows of another sheet or encoding
    finding: Worker = field(default_factory=Worker)  # words in the rows, and the rows by length
    starting: threading.Lock = field(default_factory=threading.Lock)  # two pages press Start: one run
