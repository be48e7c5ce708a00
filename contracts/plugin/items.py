"""`pytest --contracts`: one item for each relation and each operation of the generated requests.

    contract::collection.subset[getCampaignInfo:campaign_status]

`-k`, `-m contract` and node ids on the command line select them, and what is not selected costs no request. The first
item that needs it runs the plan for all that are selected, with the settings of `contracts run`: `[tool.contracts]`
of pyproject.toml, and the key of `CONTRACTS_API_KEY`. Workers of xdist share that run and its budget.

| the relation is | the item |
|---|---|
| kept | passes |
| broken | fails, with the findings as `contracts run` shows them |
| broken, and the baseline or `assumptions = "warn"` excuses it | xfails; `--runxfail` fails it |
| inconclusive or left out | is skipped with the reason; fails where the whole run is inconclusive (exit code 4) |
| not judged, as nothing answers | is an error in its setup |
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from contracts.plugin.item_results import ROOT, ItemOutcome, Result, Results
from contracts.plugin.run import peek, shared

if TYPE_CHECKING:
    from contracts.config import Config
    from contracts.verdicts import Relation

__all__ = ["Contract", "ContractItem", "ContractItems"]

_FOLDER = "contracts_folder"


class ContractItems:
    """The part of the plugin that `--contracts` switches on.

    Args:
        config: of pytest.
    """

    def __init__(self, config: pytest.Config) -> None:
        reported = getattr(config, "workerinput", {}).get(_FOLDER)
        self._folder = Path(reported) if reported else None
        self._is_owner = reported is None
        self._named: tuple[str, ...] = ()
        self._results: Results | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Take the node ids of items out of the arguments, which pytest takes for files."""
        args = session.config.args
        self._named = tuple(arg for arg in args if arg.startswith(f"{ROOT}::"))
        args[:] = [arg for arg in args if arg not in self._named]

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Add the items before others select and sort."""
        items += session.genitems(Contract.from_parent(session, plugin=self, named=self._named))

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Name the folder to a worker of xdist."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="contracts-"))
        node.workerinput[_FOLDER] = str(self._folder)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tell what the whole run comes to."""
        results = self._results or (peek(self._folder) if self._folder else None)
        if results is None or not results.summary or terminalreporter.verbosity < 0:
            return
        terminalreporter.section(ROOT)
        for line in results.summary:
            terminalreporter.line(line)

    def pytest_unconfigure(self) -> None:
        """Remove the folder."""
        if self._folder and self._is_owner:
            shutil.rmtree(self._folder, ignore_errors=True)

    def results(self, contract: Contract) -> Results:
        """Return what came of the run; the first call runs it."""
        if self._results is None:
            self._results = shared(self._folder, contract.run) if self._folder else contract.run()
        return self._results


class Contract(pytest.Collector):
    """Collects the items.

    Args:
        plugin: keeps what came of the run.
        named: node ids of the items that are wanted; empty wants all.
    """

    def __init__(self, *, plugin: ContractItems, named: tuple[str, ...], **options: Any) -> None:
        super().__init__(ROOT, nodeid=ROOT, **options)
        self._plugin = plugin
        self._named = named

    def collect(self) -> Iterable[pytest.Item]:
        """Make an item for each relation.

        Raises:
            CollectError: options, settings or document cannot be used, or a node id names no item.
        """
        from contracts.errors import ToolError
        from contracts.plugin.run import relations_of

        try:
            self._settings = self._read_settings()
            found = relations_of(self._settings)
        except ToolError as error:
            raise self.CollectError(str(error)) from None
        items = [ContractItem.from_parent(self, relation=relation) for relation in found]
        names = [item.nodeid for item in items]
        for name in self._named:
            if name not in names:
                near = get_close_matches(name, names, n=1)
                hint = f"did you mean {near[0]}?" if near else "`pytest --contracts --collect-only -q` lists them"
                raise self.CollectError(f"not found: {name}; {hint}")
        return [item for item in items if not self._named or item.nodeid in self._named]

    def results(self) -> Results:
        """Return what came of the run; the first call of all items runs it."""
        return self._plugin.results(self)

    def run(self) -> Results:
        """Run the plan for the items that are selected."""
        from contracts.plugin.item_results import progress_of
        from contracts.plugin.run import judged

        ids = [item.relation.id for item in self.session.items if isinstance(item, ContractItem)]
        with progress_of(self.config) as listener:
            return judged(self._settings, ids, listener)

    def _read_settings(self) -> Config:
        from contracts.config import Environment
        from contracts.plugin.run import read_config

        options = {name: self.config.getoption(f"contracts_{name}") for name in ("url", "budget")}
        given = {"base_url": options["url"], "budget": options["budget"]}
        return read_config(self.config.rootpath, given, Environment.read())


class ContractItem(pytest.Item):
    """One relation.

    Args:
        relation: that is judged.
    """

    parent: Contract

    def __init__(self, *, relation: Relation, **options: Any) -> None:
        # In full, so that pytest parts the brackets as in the id that `--lf` has kept as text.
        super().__init__(relation.id, nodeid=f"{ROOT}::{relation.id}", **options)
        self.relation = relation
        self.add_marker(ROOT)

    def setup(self) -> None:
        """Have the plan run; an error where nothing could be judged, which blames no server."""
        if self.config.getoption("setupplan", False):
            return
        results = self.parent.results()
        trouble = results.trouble or ("" if self.relation.id in results.items else "the run came to no verdict on it")
        if trouble:
            pytest.fail(trouble, pytrace=False)
        self._result = results.items[self.relation.id]

    def runtest(self) -> None:
        """End as the verdict says."""
        result: Result = self._result
        if result.ending is ItemOutcome.SKIPPED:
            pytest.skip(result.text)
        if result.ending is ItemOutcome.KNOWN:
            pytest.xfail(result.reason)  # does nothing under --runxfail
        if result.ending is not ItemOutcome.PASSED:
            pytest.fail(result.text, pytrace=False)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return the heading of a failure."""
        return self.path, None, f"{ROOT} {self.name}"
