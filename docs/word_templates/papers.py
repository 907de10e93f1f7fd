"""Builds the Word templates of the working papers: python -m docs.word_templates.papers

One for each form of `compliance.render.papers.forms`, with its parts and columns as plain docxtpl
placeholders, and two blocks that all of them include. Run it again after a change of a form and
commit the .docx files with it.
"""

from __future__ import annotations

from pathlib import Path

from compliance.kernel.i18n import use
from compliance.render.papers.forms import FORMS
from compliance.render.papers.paper import PaperField, PaperForm, PartForm, paper_headings

from .document import Column, Paper
from .page import BODY, Alignment, Look, add_style

TEMPLATES = Path(__file__).parents[2] / "templates"
HEAD, END = "paper_head.docx", "paper_end.docx"
ACROSS = 267 / 225  # lists to be written in have narrow margins
COMPACT = "简报正文"  # of a paper that is to fit a page


def _bilingual(key: str) -> str:
    """A heading in both languages, as templates write it."""
    told = []
    for language in ("zh", "en"):
        with use(language):
            told.append(paper_headings()[key])
    return "{{ t('%s', '%s') }}" % (told[0], told[1])  # noqa: UP031 - braces


def _column(field: PaperField, part: str, scale: float) -> Column:
    heading = (
        f"{{{{ paper.parts.{part}.heads.{field.key} }}}}" if field.named else _bilingual(field.key)
    )
    return Column(heading, field.width * scale, f"{{{{ row.{field.key} }}}}", field.centred)


def paper_of(form: PaperForm) -> Paper:
    """The template of one form."""
    paper = Paper(landscape=form.landscape, wide=form.landscape)
    if form.compact:
        add_style(paper.document, Look(COMPACT, BODY, 12, Alignment.JUSTIFY, 18))
    paper.tag(f"p include '{HEAD}'")
    for part in form.parts:
        _part(paper, form, part)
    paper.tag(f"p include '{END}'")
    return paper


def _part(paper: Paper, form: PaperForm, part: PartForm) -> None:
    told = f"paper.parts.{part.key}"
    text = COMPACT if form.compact else "表格说明" if form.landscape else "公文正文"
    paper.tag(f"p if {told}.shown")
    paper.tag(f"p if {told}.heading")
    if form.compact:
        paper.bold(COMPACT, f"{{{{ {told}.heading }}}}", "")
    else:
        paper.text("公文一级标题", f"{{{{ {told}.heading }}}}")
    paper.tag("p endif")
    paper.tag(f"p for line in {told}.lines")
    paper.text(text, "{{ line }}")
    paper.tag("p endfor")
    if part.fields:
        paper.tag(f"p if {told}.groups")
        scale = ACROSS if form.landscape else 1
        columns = [_column(field, part.key, scale) for field in part.fields]
        paper.table(
            columns, "row in part.rows", parts=f"part in {told}.groups", titled="part.title"
        )
        paper.text("表间空行", "")
        paper.tag("p endif")
    paper.tag(f"p for line in {told}.after")
    paper.text("表格说明", "{{ line }}")
    paper.tag("p endfor")
    paper.tag("p endif")


def head() -> Paper:
    """What every working paper begins with: its title and its school year."""
    paper = Paper(landscape=False)
    paper.text("公文标题", "{{ paper.title }}")
    paper.text("公文副题", "{{ t('（', '(') }}{{ paper.subtitle }}{{ t('）', ')') }}")
    return paper


def end() -> Paper:
    """What every working paper ends with: what it rests on, its days, who signs."""
    paper = Paper(landscape=False)
    paper.tag("p if paper.signed != 'page'")
    paper.text("表格说明", "{{ t('依据：', 'Basis: ') }}{{ paper.basis }}{{ t('。', '.') }}")
    paper.tag("p endif")
    paper.text("表格说明", "{{ paper.dates }}")
    paper.tag("p if paper.signed in ('seal', 'page')")
    paper.text("公文落款", "{{ t('（单位盖章）　　　　年　月　日', '(seal) date') }}")
    paper.tag("p elif paper.signed == 'headteacher'")
    paper.text(
        "表格说明",
        "{{ t('校长（签字）：', 'Headteacher: ') }}　　　　　　　　　　"
        "{{ t('填报日期：　　　　年　　月　　日', 'Date: ') }}",
    )
    paper.tag("p elif paper.signed == 'lead'")
    paper.text(
        "公文落款", "{{ t('牵头学校（盖章）　　　　年　月　日', 'Leading school (seal) date') }}"
    )
    paper.tag("p endif")
    return paper


def build(folder: Path) -> None:
    """Write all templates into `folder`."""
    for form in FORMS.values():
        paper_of(form).save(folder / f"{form.key}.docx", "{{ paper.title }}")
    head().save(folder / HEAD, "")
    end().save(folder / END, "")


if __name__ == "__main__":
    build(TEMPLATES)
