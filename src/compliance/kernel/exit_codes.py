"""How a run ends, in numbers that scripts and CI go by; each declared once with what it means."""

from __future__ import annotations

from compliance.kernel.i18n import msg

CONFORMS, FAILS, USAGE, UNDECIDED, UNREADABLE, INTERNAL = range(6)
INTERRUPTED = 130  # as shells count it


def meanings() -> dict[int, str]:
    """Code → what it means, in the current language."""
    return {
        CONFORMS: msg("达标；或要写的已写成"),
        FAILS: msg("有要求不达标；比较类命令：有差别"),
        USAGE: msg("用法不对，没有这个规则集，规则或插件有错，没有可判定的数据，输出写不出去"),
        UNDECIDED: msg("未能下结论：缺数据或待佐证"),
        UNREADABLE: msg("有输入读不出或不合格式"),
        INTERNAL: msg("程序或插件出错，或一条规则本身出错"),
        INTERRUPTED: msg("被中断"),
    }
