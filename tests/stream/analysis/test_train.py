"""Training: a made-up language in which two words are good and two are bad."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from stream.analysis import ridge, sentiment, train
from stream.analysis.lexicon import table

GOOD, BAD, OTHER = ("wundo", "lindo"), ("horro", "malvo"), ("der", "zug", "mesa", "noon", "river", "stein")


def _lines(generator: np.random.Generator, number: int, *, neutral: bool) -> list[tuple[int, str]]:
    made = []
    for _ in range(number):
        label = int(generator.choice([0, 1, 2] if neutral else [0, 2]))
        words = generator.choice(OTHER, 4).tolist()
        if label != 1:
            words.insert(2, str(generator.choice(GOOD if label == 2 else BAD)))
        made.append((label, " ".join(words)))
    return made


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everything that the command asks for."""
    folder, generator = tmp_path_factory.mktemp("training"), np.random.Generator(np.random.PCG64(1))
    (folder / "labelled").mkdir()
    for name, neutral in (("xlmt_english", True), ("xlmt_german", True), ("xed_finnish", False)):
        with gzip.open(folder / "labelled" / f"{name}.tsv.gz", "wt", encoding="utf-8") as file:
            file.writelines(f"{label}\t{text}\n" for label, text in _lines(generator, 200, neutral=neutral))
    lines = _lines(generator, 60, neutral=True)
    ratings = "".join(f"{i}\t{(label - 1) * 2.5}\t{text}\n" for i, (label, text) in enumerate(lines))
    (folder / "rated.tsv").write_text(ratings, encoding="utf-8")
    (folder / "words.txt").write_text("great\t3.1\t0.7\t[3]\nsmiling\t1.5\t0.5\t[1]\n", encoding="utf-8")
    (folder / "emoji.txt").write_text("😀\tsmiling face\n🪑\tchair\n", encoding="utf-8")
    return folder


def test_the_command_writes_a_model_that_reads_moods(
    given: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the command writes can be loaded, and tells good from bad in texts that it has not seen; twice it is the same."""
    names = ("labelled", "rated.tsv", "words.txt", "emoji.txt")
    for out in ("a.npz", "b.npz"):
        monkeypatch.setattr("sys.argv", ["train", *(str(given / name) for name in names), str(given / out)])
        train.main()
    assert "600 texts" in capsys.readouterr().out
    first, second = (sentiment.load(given / out) for out in ("a.npz", "b.npz"))
    assert all(np.array_equal(a, b) for a, b in zip(first[:-1], second[:-1], strict=True))
    monkeypatch.setattr(sentiment, "model", lambda: first)
    for lang in ("en", "de", "fi"):
        assert sentiment.score("zug wundo river", lang) > sentiment.NEUTRAL
        assert sentiment.score("zug malvo river", lang) < -sentiment.NEUTRAL
    assert abs(sentiment.score("mesa der zug noon", "de")) <= sentiment.NEUTRAL
    assert sentiment.score("nicht wundo", "de") < sentiment.score("wundo", "de")


def test_an_emoji_is_rated_by_its_name(given: Path) -> None:
    """A name without a rated word rates nothing."""
    found = train.ratings(given / "words.txt", given / "emoji.txt")
    assert found == {"great": 3.1, "smiling": 1.5, "😀": 1.5}
    assert np.count_nonzero(table(found).keys) > len(found)


def test_ridge_agrees_with_the_equations() -> None:
    """The coefficients are those of the normal equations, with columns that come twice and rows that are left out."""
    generator = np.random.Generator(np.random.PCG64(2))
    columns, values = generator.integers(0, 7, (50, 4)), generator.normal(size=(50, 4))
    wanted, weights, chosen = generator.normal(size=(50, 2)), generator.uniform(0.5, 2.0, 50), np.arange(5, 50)
    rows = ridge.Rows(np.arange(51) * 4, columns.ravel(), values.ravel())
    found = ridge.fit(rows, wanted, weights, chosen, width=7, penalty=0.7, epochs=300)
    dense = np.zeros((50, 7))
    np.add.at(dense, (np.arange(50)[:, None], columns), values)
    a, b = dense[chosen], wanted[chosen]
    right = np.linalg.solve((a.T * weights[chosen]) @ a + 0.7 * np.eye(7), (a.T * weights[chosen]) @ b)
    assert np.allclose(found, right, atol=1e-6)
    assert np.allclose(ridge.predict(rows, found, chosen), a @ right, atol=1e-5)
