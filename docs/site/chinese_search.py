"""Search in Chinese without a dictionary: every two neighbouring characters are a word of the index.

A dictionary of the language has no 差异系数 and cuts a query as it pleases; pairs find whatever stands
on the page. What is asked for is cut alike in the browser (`js_splitter_code`), and a page must have
every pair.
"""

from __future__ import annotations

import re

from sphinx.search.en import SearchEnglish

_RUNS = re.compile(r"[\u3400-\u9fff]+|[A-Za-z0-9_][A-Za-z0-9_.-]*[A-Za-z0-9_]|[A-Za-z0-9_]")


class ChinesePairs(SearchEnglish):
    """Pairs of Chinese characters, and words in Latin letters as they stand in English."""

    lang = "zh"
    language_name = "English"  # whose stemmer it brings along
    js_splitter_code = r"""
window.splitQuery = (query) => (query.match(/[\u3400-\u9fff]+|[A-Za-z0-9_][A-Za-z0-9_.-]*[A-Za-z0-9_]|[A-Za-z0-9_]/g) || [])
  .flatMap((run) => /[\u3400-\u9fff]/.test(run) && run.length > 2
    ? Array.from({ length: run.length - 1 }, (_, at) => run.slice(at, at + 2))
    : [run]);
"""

    def split(self, text: str) -> list[str]:
        """The words of a text: pairs of characters, words of Latin letters."""
        return [word for run in _RUNS.findall(text) for word in _words(run)]

    def stem(self, word: str) -> str:
        """English words lose their endings, as in the browser."""
        return word if _chinese(word) else super().stem(word)

    def word_filter(self, word: str) -> bool:
        """Chinese has no words too common to look for."""
        return _chinese(word) or super().word_filter(word)


def _chinese(word: str) -> bool:
    return "\u3400" <= word[0] <= "\u9fff"


def _words(run: str) -> list[str]:
    if not _chinese(run) or len(run) <= 2:
        return [run]
    return [run[at : at + 2] for at in range(len(run) - 1)]
