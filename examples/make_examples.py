"""Write the example submissions: three counties' workbooks, JSON files and a dataset.

    python -m examples.make_examples [FOLDER]

Everything is invented: names, codes (a prefecture 99 does not exist) and figures. The same run
gives the same bytes.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from examples import stories
from examples.invented import county
from examples.writers import write_dataset, write_json, write_workbook

Record = dict[str, Any]
Story = Callable[[Record], None]

Told = tuple[int, str, str, str, Story]  # seed, code, name, townships

WORKBOOKS: dict[str, Told] = {
    "anhui_county": (
        1,
        "349901",
        "皖均县",
        "城关镇 柳河镇 青石镇 双桥镇 白杨乡 望湖镇 龙泉乡 马集镇 新安镇 大成乡",
        stories.anhui,
    ),
    "shandong_county": (
        2,
        "379901",
        "鲁衡县",
        "泉城镇 海角镇 松岭镇 云台镇 沙河镇 石门镇 平原乡 凤凰镇 长桥镇 北关镇",
        stories.shandong,
    ),
    "henan_county": (
        3,
        "419901",
        "豫衡县",
        "城郊镇 黄岗镇 洛水镇 嵩阳镇 麦丰乡 槐店镇 芦医镇 少林乡 花园镇 康乐镇",
        stories.henan,
    ),
}
CONFORMING: Told = (4, "519901", "示范县", "兴文镇 启明镇 致远乡", stories.conforming)
CI_REPOSITORY: dict[str, Told] = {
    "甲县": (41, "519931", "甲县", "东关镇 西关镇", stories.conforming),
    "乙县": (42, "519932", "乙县", "南关镇 北关镇", stories.one_class_too_large),
    "丙县": (43, "519933", "丙县", "河东镇 河西镇", stories.conforming),
}
MANY: list[Told] = [
    (21, "519911", "岷南县", "金水镇 青衣镇 沙坪镇 石桥乡 云顶乡", stories.conforming),
    (22, "519912", "岷北县", "永丰镇 太平镇 回龙镇 双河乡 罗江乡", stories.undecided),
    (23, "519913", "江源县", "江口镇 白塔镇 观音镇 鹿鸣乡 花溪乡", stories.over_the_coefficient),
    (24, "629911", "陇川县", "渭阳镇 崆峒镇 关山镇 草滩乡 玉泉乡", stories.vetoed),
    (25, "629912", "河西县", "甘泉镇 红柳镇 沙枣镇 骆驼乡 绿洲乡", stories.conforming),
    (26, "349911", "皖东县", "大通镇 沿河镇 高桥镇 黄圩乡 柳巷乡", stories.anhui),
    (27, "349912", "皖西县", "叶集镇 独山镇 毛坦镇 张店乡 油坊乡", stories.undecided),
    (28, "379911", "鲁北县", "盐场镇 枣庄镇 夏津镇 苇子乡 柳林乡", stories.shandong),
    (29, "379912", "鲁南县", "台儿镇 沂河镇 蒙山镇 卞庄乡 磨山乡", stories.conforming),
    (30, "419911", "豫东县", "黄口镇 睢水镇 芒山镇 会亭乡 酂城乡", stories.henan),
    (31, "419912", "豫西县", "函谷镇 灵泉镇 陕塬镇 焦村乡 豫灵乡", stories.over_the_coefficient),
    (32, "139911", "冀中县", "白洋镇 安州镇 瀛海镇 端村乡 赵北乡", stories.vetoed),
]


def tell(seed: int, code: str, name: str, townships: str, story: Story) -> Record:
    """A county and what goes wrong there."""
    document = county(seed, code, name, townships)
    story(document)
    return document


def invalid(document: Record) -> Record:
    """A county whose file breaks the schema in many ways, and a school that is right beside."""
    document = copy.deepcopy(document)
    document["schools"] = schools = document["schools"][:8]
    schools[0]["primary_students"] = -3
    schools[1]["school_type"] = "大学"
    schools[2]["school_code"] = schools[0]["school_code"]
    del schools[3]["school_name"]
    schools[4]["teaching_area"] = "八千"
    schools[5]["sponsor"] = 12
    schools[6]["junior_class_bands"] = [0, 0, 3, 4]
    schools[7]["prinicpal"] = schools[7].pop("principal")
    document["county"]["recognition_percent"] = 192
    document["county"]["monitoring"][0]["level"] = 5
    return document


def main(folder: Path) -> None:
    """Write every example below ``folder``."""
    for file, one in WORKBOOKS.items():
        write_workbook(folder / f"{file}.xlsx", tell(*one))
    good = tell(*CONFORMING)
    write_json(folder / "conforming.json", good)
    write_json(folder / "invalid.json", invalid(good))
    submissions = folder / "ci-repository" / "submissions"
    submissions.mkdir(parents=True, exist_ok=True)
    for file, one in CI_REPOSITORY.items():
        write_json(submissions / f"{file}.json", tell(*one))
    write_dataset(folder / "many", [tell(*one) for one in MANY])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
