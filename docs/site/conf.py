"""How the pages of `docs/` become one site: `make docs` builds it into `out/docs/`, to be opened from disk.

Nothing of it is loaded from elsewhere: no fonts, no scripts, no pictures of others.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
from docs.site.chinese_search import ChinesePairs  # noqa: E402 - Sphinx knows this file alone

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "均衡 Junheng"
author = copyright = "Junheng"  # noqa: A001 - Sphinx's own name
release = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
language = "zh_CN"

extensions = ["myst_parser"]
root_doc = "index"
exclude_patterns = ["site/*.py", "word_templates", "*.py"]
myst_heading_anchors = 4
myst_links_external_new_tab = True

html_theme = "furo"
html_title = f"均衡 Junheng {release}"
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
html_search_language = "zh"
html_static_path = ["static"]
html_css_files = ["site.css"]


def setup(_: Sphinx) -> None:
    """Words of Chinese are found wherever they stand, without a dictionary."""
    from sphinx.search import languages

    languages["zh"] = ChinesePairs
