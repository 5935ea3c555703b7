"""Files that go missing: one sentence, nothing is acknowledged that cannot be kept, and importing again mends it."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from embedcore.errors import EmbedError, MissingError
from embedcore.jobs import OpenSample
from embedcore.store import JobRow, Store
from tests.unit import example
from tests.unit.store.filled import add, train


@pytest.mark.parametrize("file", ["catalogue.parquet", "items.parquet", "dataset.json", "baskets"])
@pytest.mark.parametrize("how", ["gone", "cut"])
def test_a_dataset_that_lost_a_file_is_mended_by_importing_it_again(
    home: Path, tmp_path: Path, file: str, how: str
) -> None:
    store = Store.open(home)
    data = add(store, tmp_path / "a")
    train(store, tmp_path / "r", data, "run")
    store.rename_dataset(data, "Winter")
    store.set_verdicts(data, [("p001", "p002", "same")])
    store.close()
    path = home / "datasets" / data / file
    if path.is_dir():
        shutil.rmtree(path)
    elif how == "cut":
        path.write_bytes(path.read_bytes()[:20])
    else:
        path.unlink()
    store = Store.open(home)
    with pytest.raises(MissingError) as told:
        store.dataset(data)
    assert "Import" in str(told.value.hint)
    assert add(store, tmp_path / "b") == data
    assert store.dataset(data).hash == example.dataset().hash
    assert [(d.name, d.hash) for d in store.datasets()] == [("Winter", data)]
    assert [run.key for run in store.runs()] == ["run"]
    assert len(store.verdicts(data)) == 1
    store.close()
    store = Store.open(home)
    assert store.notices == ()
    store.close()
    (home / "embedcore.duckdb").unlink()
    store = Store.open(home)
    assert store.dataset(data).name == "Winter", "the manifest knows the new files"
    store.close()


def test_the_same_import_is_done_again_when_its_dataset_lost_a_file(home: Path, tmp_path: Path) -> None:
    store = Store.open(home)
    data, work = add(store, tmp_path / "a"), OpenSample("fashion", of="Fashion shop")
    at = datetime.now(UTC)
    store.save_job(JobRow("j", work.kind, work.key, work.title, work.spec(), "done", at, at, result={"dataset": data}))
    assert work.stored(store) is not None
    (home / "datasets" / data / "catalogue.parquet").unlink()
    assert work.stored(store) is None
    store.close()


def test_a_verdict_is_not_acknowledged_when_the_data_folder_was_deleted_meanwhile(home: Path, tmp_path: Path) -> None:
    store = Store.open(home)
    data = add(store, tmp_path / "a")
    away = home.rename(tmp_path / "away")
    with pytest.raises(EmbedError, match="moved or deleted while the app was running"):
        store.set_verdicts(data, [("p001", "p002", "same")])
    away.rename(home)
    store.set_verdicts(data, [("p001", "p002", "same")])
    store.close()
    store = Store.open(home)
    assert len(store.verdicts(data)) == 1
    store.close()
