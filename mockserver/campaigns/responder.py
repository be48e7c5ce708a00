"""Answers of the packaged API: the function of the operation, on the dataset of the session."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from functools import partial
from typing import Any

from mockserver.campaigns.collection import Collection
from mockserver.campaigns.operations import OPERATIONS, OperationCall
from mockserver.config import Config
from mockserver.dataset import dataset as datasets
from mockserver.dataset.dataset import Dataset
from mockserver.errors import SpecInvalid
from mockserver.pipeline.context import RequestContext
from mockserver.pipeline.envelopes import Envelopes
from mockserver.pipeline.stages import ValidatedRequest
from mockserver.state.sessions import DatasetKey, Session
from oas import package_data
from oas.contract import Contract
from oas.messages import BuiltResponse, Refusal
from oas.operation import Operation

#: Organisations kept beside the default one; sessions hold on to theirs.
MAX_STOCKS = 8


class LoadedDataset:
    """One organisation, ready to be asked.

    Args:
        dataset: users, routines, figures.

    Attributes:
        dataset: as given.
    """

    __slots__ = ("_laid", "dataset")

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self._laid: tuple[Contract | None, Mapping[str, Collection]] = (None, {})

    def collections(self, spec: Contract) -> Mapping[str, Collection]:
        """Return the collections that a document lays over the dataset, by operationId.

        They are kept for the document that asked last, which is the one that is served.
        """
        laid_by, laid = self._laid
        if laid_by is not spec:
            laid = {
                operation.id: Collection(operation.collection, self.dataset, operation.defaults)
                for operation in spec.operations
                if operation.collection is not None and not operation.same_as
            }
            self._laid = spec, laid
        return laid


class DatasetCache:
    """Opens each organisation once and keeps the ones that were used last.

    Args:
        config: which file is the configured one.
        spec: whose `x-collection`s are laid over each new dataset.
    """

    def __init__(self, config: Config, spec: Contract) -> None:
        self._config = config
        self._spec = spec
        self._stocks: OrderedDict[DatasetKey, LoadedDataset] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, key: DatasetKey) -> LoadedDataset:
        """Return the organisation of a key.

        Raises:
            DatasetInvalid: its file or its size cannot be used.
        """
        with self._lock:
            stock = self._stocks.get(key)
            if stock is None:
                stock = self._stocks[key] = self._build(key)
                while len(self._stocks) > MAX_STOCKS:
                    self._stocks.popitem(last=False)
            self._stocks.move_to_end(key)
            return stock

    def _build(self, key: DatasetKey) -> LoadedDataset:
        if key.routines is None:
            path = key.file or self._config.dataset or package_data.default_dataset()
            dataset = datasets.load(path, key.first_day)
        else:
            dataset = datasets.generate(key.routines, key.seed, key.first_day)
        stock = LoadedDataset(dataset)
        stock.collections(self._spec)  # now, and not when the first request waits for it
        return stock


class CampaignResponder:
    """Builds the answers of a document whose every operation has a function.

    Args:
        spec: compiled document that speaks the vocabulary.

    Raises:
        SpecInvalid: an operation has no function in `mockserver.campaigns.operations`.
    """

    def __init__(self, spec: Contract) -> None:
        self._spec = spec
        self._envelopes = Envelopes(spec)
        for operation in spec.operations:
            if operation.canonical_id not in OPERATIONS:
                text = f"{operation.id} has no function; add it to mockserver/campaigns/operations.py"
                raise SpecInvalid(text, spec.document.source, operation.pointer)

    def entities(self, organisation: Any) -> Mapping[str, Any]:
        """Return type of entity → ids that an organisation has."""
        stock: LoadedDataset = organisation
        return stock.dataset.entities

    def success(
        self, operation: Operation, checked: ValidatedRequest, arrival: RequestContext
    ) -> BuiltResponse | Refusal:
        """Return the 200 of an operation."""
        form = self._spec.by_id[operation.canonical_id]
        session = arrival.session
        stock: LoadedDataset = arrival.organisation
        call = OperationCall(
            parameters=checked.parameters,
            dataset=stock.dataset,
            collection=stock.collections(self._spec).get(form.id),
            path=self._spec.base_path + form.path,
            now=arrival.now,
            stamp=arrival.stamp,
            request_id=arrival.id,
            create_key=partial(self._create_key, session, arrival),
        )
        return BuiltResponse(200, self._envelopes.success(operation, OPERATIONS[form.id](call)))

    def documented(self, operation: Operation, status: int, arrival: RequestContext) -> BuiltResponse | Refusal | None:
        """Leave every status to the rules of `x-error`."""
        return None

    def refusal(self, operation: Operation | None, refusal: Refusal, arrival: RequestContext) -> BuiltResponse:
        """Return a refusal in the API's own envelope."""
        body = self._envelopes.refusal(refusal, arrival.id, arrival.stamp)
        return BuiltResponse(refusal.status, body, (("Content-Type", "application/json"), *refusal.headers))

    @staticmethod
    def _create_key(session: Session, arrival: RequestContext, description: str) -> str:
        by = arrival.key.hash_id if arrival.key is not None else ""
        plain, _ = session.keys.create("member", arrival.now, description, by)
        return plain
