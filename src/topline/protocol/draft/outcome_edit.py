"""Changed endpoints written back: an outcome changes where its endpoint does, goes with it, comes with a new one."""

from collections.abc import Mapping

from topline.protocol.draft.record_edit import RecordEdit
from topline.protocol.draft.study import Draft
from topline.protocol.draft.wording import LISTS, description_words, frame_words, outcome_words
from topline.protocol.endpoints import Endpoint
from topline.protocol.model import Protocol


def edit_outcomes(edit: RecordEdit, draft: Draft, now: Protocol) -> None:
    """Write what the study says differently of its endpoints."""
    sources = _sources(draft)
    before = {each.id: each for each in draft.protocol.endpoints}
    after = {each.id: each for each in now.endpoints}
    shared: dict[str, list[str]] = {}
    for name, path in sources.items():
        shared.setdefault(path, []).append(name)
    for path, names in shared.items():
        if all(name not in after for name in names):
            edit.drop(path)
    for name, endpoint in after.items():
        was = before.get(name)
        if was == endpoint:
            continue
        source = sources.get(name)
        if was is None or source is None:
            edit.listed(f"outcomesModule.{LISTS[endpoint.objective]}").append(outcome_words(endpoint, now))
        else:
            _edit(edit, source, (was, endpoint), now, first=shared[source][0] == name)


def _sources(draft: Draft) -> dict[str, str]:
    """Return by endpoint the path of the outcome that it comes from."""
    found = {}
    for endpoint in draft.protocol.endpoints:
        origins = draft.provenance.get(f"endpoints.{endpoint.id}.label.en")
        if origins:
            found[endpoint.id] = origins[0].path.rpartition(".")[0]
    return found


def _edit(edit: RecordEdit, path: str, pair: tuple[Endpoint, Endpoint], now: Protocol, first: bool) -> None:
    """Write one changed endpoint into its outcome; of several from one outcome the first one speaks for the measure."""
    was, endpoint = pair
    if endpoint.label.en != was.label.en and first:
        edit.set(f"{path}.measure", endpoint.label.en)
    if endpoint.estimand != was.estimand or endpoint.analysis != was.analysis:
        edit.set(f"{path}.description", description_words(endpoint, now))
    if endpoint.analysis != was.analysis:
        edit.set(f"{path}.timeFrame", frame_words(endpoint, now))
    if endpoint.objective != was.objective and first:
        outcome = edit.get(path)
        if isinstance(outcome, Mapping):
            edit.listed(f"outcomesModule.{LISTS[endpoint.objective]}").append(dict(outcome))
            edit.drop(path)
