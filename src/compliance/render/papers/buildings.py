"""一楼一策: the buildings that a school has listed, with what was attested of each; nothing is judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from compliance.assessment import figures
from compliance.kernel.i18n import msg, plural, say
from compliance.render.documents.text import printable
from compliance.render.papers.campaign import Campaign
from compliance.render.papers.paper import PaperPart, Parts, rows_of, told
from compliance.render.rectification import cells

_STATED = ("built_year", "area", "fire", "seismic")


def of_buildings(campaign: Campaign) -> Iterator[tuple[str, Parts]]:
    """School code and the parts of its paper, for every school that lists buildings."""
    listed = campaign.stated["buildings"]
    for (code,), rows in listed.group_by("school_code", maintain_order=True):
        buildings = list(rows.iter_rows(named=True))
        area = sum(row["area"] or 0 for row in buildings)
        blank = Counter(name for row in buildings for name in _STATED if row[name] is None)
        overview = [
            plural(len(buildings), "本校填报校舍{n}栋")
            + (say("，填报建筑面积合计{n}平方米", n=figures.amount(area)) if area else "")
            + msg("。"),
            _unstated(blank),
            msg(
                "消防、抗震和安全情况按学校所填和佐证文件列出，不作判定；措施、责任人、时限由学校会同主管股室填写。"
            ),
        ]
        lines = [
            {
                "number": number,
                "building": printable(row["building"]),
                "built": row["built_year"] or "",
                "area": cells.NONE if row["area"] is None else figures.amount(row["area"]),
                "fire": _as_stated(row["fire"]),
                "seismic": _as_stated(row["seismic"]),
                "safety": printable(row["note"] or ""),
                "measure": "",
                "person": "",
                "deadline": "",
            }
            for number, row in enumerate(buildings, 1)
        ]
        yield (
            str(code),
            {"overview": told(overview), "buildings": PaperPart(groups=rows_of(*lines))},
        )


def _as_stated(text: str | None) -> str:
    return msg("未填报") if text is None else printable(text)


def _unstated(blank: Counter[str]) -> str:
    """``未填报：消防2栋、抗震1栋。``; empty where all is stated."""
    names = {
        "built_year": msg("建成年份"),
        "area": msg("建筑面积"),
        "fire": msg("消防"),
        "seismic": msg("抗震"),
    }
    pieces = [
        say("{what}{n}栋", what=name, n=blank[key]) for key, name in names.items() if blank[key]
    ]
    return say("未填报：{what}。", what=msg("、").join(pieces)) if pieces else ""
