"""The environment variables that are asked for, each declared once with what it is for."""

from __future__ import annotations

import os

from compliance.kernel.i18n import msg

LANGUAGE = "COMPLIANCE_LANG"
WITHOUT_PLUGINS = "COMPLIANCE_WITHOUT_PLUGINS"
CACHE = "COMPLIANCE_CACHE"
OFF = "off"  # for it: nothing is kept
FONTS = "COMPLIANCE_FONTS"
DEBUG = "COMPLIANCE_DEBUG"
ERROR_FORMAT = "COMPLIANCE_ERROR_FORMAT"
JOB_SUMMARY = "GITHUB_STEP_SUMMARY"


def variables() -> dict[str, str]:
    """Name → what it is for, in the current language."""
    return {
        LANGUAGE: msg("语言：zh（默认）或 en；命令行的 --lang 优先"),
        WITHOUT_PLUGINS: msg("不用的插件，用逗号分隔；同 --without-plugin"),
        CACHE: msg("规则读取结果的缓存文件夹；off 不缓存（默认：用户自己的缓存文件夹）"),
        FONTS: msg("制作PDF时另找字体的文件夹"),
        ERROR_FORMAT: msg("出错时的格式：text（默认）或 json；命令行的 --error-format 优先"),
        JOB_SUMMARY: msg(
            "GitHub Actions自己设的：作业摘要的文件；check --format github 把报告附在其后"
        ),
        DEBUG: msg("设为任意值，出错时显示程序的调用位置，供报告问题用"),
    }


def asked(name: str) -> str:
    """What a variable says; empty where it is not set."""
    return os.environ.get(name, "")
