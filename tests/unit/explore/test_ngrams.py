"""Letters that stand together: what makes two texts alike, and that the index says the same as the textbook."""

from __future__ import annotations

import numpy as np

from embedcore.explore.counts import counted, tfidf
from embedcore.explore.ngrams import Ngrams, grams, tokens

TEXTS = ["Sony Bravia KDL-46XBR8 TV", "Sony Bravia KDL-40XBR9 TV", "Crème brûlée bowl", "", "Crème brûlée bowl"]


def test_codes_are_found_with_and_without_their_signs() -> None:
    assert tokens("KDL-46XBR (new)") == ["kdl", "46xbr", "kdl46xbr", "new"]
    index = Ngrams.of(TEXTS)
    assert index.scores("kdl46xbr8").argmax() == index.scores("KDL 46XBR8").argmax() == 0


def test_letter_runs_are_three_to_five_long_and_know_where_a_word_begins_and_ends() -> None:
    assert grams("tv") == [" tv", "tv ", " tv "]
    assert grams("a") == [" a "]
    assert {len(g) for g in grams("television")} == {3, 4, 5}


def test_scores_are_the_cosine_of_the_matrix_rows() -> None:
    index = Ngrams.of(TEXTS)
    rows = index.matrix().toarray()
    for n, text in enumerate(TEXTS):
        np.testing.assert_allclose(index.scores(text), rows @ rows[n], atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), [1, 1, 1, 0, 1], atol=1e-5)


def test_scores_agree_with_scikit_learn() -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = ["red leather shoe", "blue leather boot", "red apple juice", "shoe polish red red"]
    found = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5)).fit_transform(texts)
    ngrams = Ngrams.of(texts)
    for n, text in enumerate(texts):
        np.testing.assert_allclose(ngrams.scores(text), (found @ found[n].T).toarray().ravel(), atol=1e-5)


def test_accents_capitals_and_a_wrong_letter_do_not_hide_a_text() -> None:
    index = Ngrams.of(TEXTS)
    assert index.scores("CREME BRULEE")[2] > 0.7
    assert index.scores("brule bowl").argmax() == 2


def test_equal_texts_score_the_same_and_an_empty_one_nothing() -> None:
    scores = Ngrams.of(TEXTS).scores("brûlée")
    assert scores[2] == scores[4] > 0
    assert scores[3] == 0
    assert not Ngrams.of(TEXTS).scores("zzz").any()
    assert not Ngrams.of(["", ""]).scores("a").any()
    assert len(Ngrams.of([])) == 0


def test_words_weighted_by_how_rare_they_are_agree_with_scikit_learn() -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    rows = [["red", "shoe", "red"], ["shoe", "polish"], [], ["blue", "shoe"]]
    expected = TfidfVectorizer(analyzer=lambda row: row, sublinear_tf=True).fit(rows)
    counts, columns = counted(rows)
    assert list(columns) == ["red", "shoe", "polish", "blue"]
    assert counts[0].toarray().tolist() == [[2, 1, 0, 0]]
    order = [columns[word] for word in expected.get_feature_names_out()]
    np.testing.assert_allclose(tfidf(counts)[:, order].toarray(), expected.transform(rows).toarray(), atol=1e-6)
    known, _ = counted([["blue", "green"]], columns)
    assert known.shape == (1, 4)
    assert known.toarray().tolist() == [[0, 0, 0, 1]]
    assert tfidf(counted([[], []])[0]).shape == (2, 1)
