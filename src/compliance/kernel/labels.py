"""The words for states, bases, stages, units and kinds of problems, in the current language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from compliance.kernel.i18n import lang, msg, msg_in, once_a_language, say

STAGE_WORDS = {"primary": ("小学", "primary"), "junior": ("初中", "junior")}


@once_a_language
def status_words() -> Mapping[str, str]:
    """State → the word for it in the current language."""
    return {
        "pass": msg_in("met", "达标"),
        "fail": msg("不达标"),
        "unknown": msg("数据缺失"),
        "not_applicable": msg("不适用"),
        "not_checked": msg("待佐证"),
        "waived": msg("已备案豁免"),
        "error": msg("规则出错"),
    }


def basis_word(basis: str, *, seen: bool = False) -> str:
    """What was done to be sure of a legal basis; seen: the document itself was read."""
    words = {
        "verified": msg("已见原文") if seen else msg("多份抄本一致"),
        "secondary": msg("二手来源"),
        "conflicting": msg("来源相互矛盾"),
        "unconfirmed": msg("未经证实"),
    }
    return words.get(basis, basis)


def day_in_words(day: date | None, basis: str = "") -> str:
    """A day on which law begins or ends, with how sure it is where that is said; without a day: …"""
    if day is None:
        return "…"
    if basis in ("", "verified"):
        return day.isoformat()
    return say("{day}（日期{basis}）", day=day.isoformat(), basis=basis_word(basis))


@once_a_language
def stage_words() -> Mapping[str, str]:
    """Stage → the word for it in the current language."""
    return {"primary": msg("小学"), "junior": msg("初中"), "senior": msg("高中")}


_UNITS = {
    "人": "persons", "万人": "ten thousand persons", "个": "", "间": "rooms", "所": "schools",
    "元": "yuan", "册": "books", "台": "computers", "张": "sheets", "份": "copies",
    "分": "points", "届": "cohorts", "年": "years", "小时": "hours",
    "平方米": "m²", "米": "m", "亩": "mu", "公顷": "hectares", "万平方米": "ten thousand m²",
    "千元": "thousand yuan", "万元": "ten thousand yuan", "百万元": "million yuan",
    "亿元": "hundred million yuan", "万册": "ten thousand books",
}  # fmt: skip


def unit_words(unit: str) -> str:
    """A unit of the contract in the current language; one that nobody named stays as it is.

    Things merely counted (个) need no unit in English: the figure's title says what they are.
    """
    return unit if lang() == "zh" else _UNITS.get(unit, unit)


def severity_word(severity: str) -> str:
    """错误 or 提示."""
    return msg("错误") if severity == "error" else msg("提示")


def problem_words(code: str) -> str:
    """What a kind of problem is called in the current language; "" where it has no name."""
    return _problem_names().get(code, "")


@once_a_language
def _problem_names() -> Mapping[str, str]:
    return {
        "above_maximum": msg("超过上限"),
        "bad_code": msg("代码不对"),
        "bad_date": msg("日期不对"),
        "bad_item": msg("列表中有一项不对"),
        "below_minimum": msg("低于下限"),
        "control_character": msg("含有控制字符"),
        "county_differs": msg("行政区划代码与本县不同"),
        "damaged": msg("文件损坏或不完整"),
        "digits_lost": msg("代码的数字丢失"),
        "duplicate_county": msg("同一县给了两次"),
        "duplicate_school": msg("学校重复"),
        "duplicate_sheet": msg("工作表重复"),
        "encrypted": msg("文件有密码"),
        "formula_error": msg("公式出错"),
        "formula_not_calculated": msg("公式没有结果"),
        "list_length": msg("项数不对"),
        "tables_differ": msg("两张表的数不同"),
        "waiver_expired": msg("豁免已过期"),
        "waiver_not_allowed": msg("不能豁免"),
        "waiver_too_broad": msg("豁免过宽"),
        "waiver_unused": msg("豁免没有用到"),
        "macros": msg("工作簿含有宏"),
        "missing_county": msg("没有县区记录"),
        "missing_heading": msg("缺少必填表头"),
        "missing_identity": msg("缺少必填项"),
        "missing_sheet": msg("缺少工作表"),
        "negative": msg("负数"),
        "no_headings": msg("找不到表头"),
        "no_schools": msg_in("problem", "没有学校"),
        "not_a_list": msg("不是列表"),
        "not_a_number": msg("不是数字"),
        "not_finite": msg("不是有限的数"),
        "not_involved": msg("此项不能填“不涉及”"),
        "not_text": msg("不是文字"),
        "not_whole": msg("不是整数"),
        "not_a_workbook": msg("不是工作簿"),
        "several_counties": msg("一份文件里有几个县"),
        "several_value_columns": msg("填报值有几列"),
        "too_long": msg("过长"),
        "unknown_attestation": msg("不认识的佐证事项"),
        "unknown_school": msg("学校表中没有的学校"),
        "unknown_veto": msg("不认识的否决事项"),
        "unknown_word": msg("不认识的词"),
        "wrong_suffix": msg("扩展名不对"),
        "wrong_type": msg("类型不对"),
        "year_differs": msg("学年与本县不同"),
        "bad_encoding": msg("编码不对"),
        "bad_json": msg("JSON语法错误"),
        "bad_quotes": msg("双引号不成对"),
        "bad_text": msg("不是文字"),
        "cannot_read": msg("读不出"),
        "compression": msg("压缩方法不支持"),
        "duplicate_key": msg("键重复"),
        "duplicate_table": msg("同一张表给了两次"),
        "empty_file": msg("空文件"),
        "empty_sheet": msg("空工作表"),
        "foreign_separator": msg("分隔符不同"),
        "formula_cell": msg("公式所在的单元格"),
        "line_too_long": msg("一行过长"),
        "missing_table": msg("缺少表"),
        "no_edition": msg("当时没有这套规则"),
        "no_provincial_ruleset": msg("没有本省的规则集"),
        "not_a_zip": msg("不是压缩包"),
        "not_parquet": msg("不是Parquet文件"),
        "plugin_broken": msg("插件出错"),
        "ragged_line": msg("行与表头列数不符"),
        "record_above_headings": msg("表头之上有数据"),
        "ruleset_unusable": msg("规则集不能用"),
        "switch_out_of_date": msg("开关不在期内"),
        "too_deep": msg("嵌套过深"),
        "too_large": msg("过大"),
        "too_many_problems": msg("问题过多"),
        "unknown_table": msg("不认识的表"),
        "unsupported_format": msg("不支持的文件"),
        "wrong_format": msg("不是填报格式"),
        "zip_bomb": msg("疑似压缩炸弹"),
        "after_the_year": msg("日期晚于本学年"),
        "attested_without_evidence": msg("佐证没有材料"),
        "blank_is_zero": msg("空白计为0"),
        "class_bands_classes": msg("班额段与班级数不符"),
        "class_bands_students": msg("班额段与学生数不符"),
        "class_sizes_bands": msg("各班学生数与班额段不符"),
        "class_sizes_classes": msg("各班学生数与班级数不符"),
        "class_sizes_students": msg("各班学生数与学生数不符"),
        "classes_without_students": msg("有班级而无学生"),
        "codes_differ_from_previous": msg("标识码与对照数据全不相同"),
        "column_numbers": msg("栏次行未读取"),
        "contradicted": msg("填报与计算结果相矛盾"),
        "converted_unit": msg("换算了单位"),
        "counted_of_nobody": msg("人数为0或不涉及而有其人"),
        "county_exceeds_schools": msg("县级数大于各校合计"),
        "duplicate_heading": msg("表头重复"),
        "ends_before_start": msg("止早于起"),
        "figure_not_used": msg("用不到的数"),
        "figure_shared": msg("两校同一场地或校舍"),
        "figures_bunched": msg("数值密集在达标线上"),
        "figures_copied": msg("两校数字完全相同"),
        "figures_without_students": msg("有人员而无学生"),
        "file_not_read": msg("未读取的文件"),
        "flag_contradicted": msg("是否与人数不符"),
        "folder_not_read": msg("未读取的文件夹"),
        "full_width": msg("全角数字"),
        "fraction_for_percent": msg("疑把百分数填成小数"),
        "hidden_columns": msg("隐藏的列"),
        "hidden_rows": msg("隐藏的行"),
        "hidden_sheet": msg("隐藏的工作表"),
        "identity_changed": msg("校名或办学类型与对照数据不同"),
        "implausible_item": msg("单项数值不合常理"),
        "implausible_ratio": msg("比例不合常理"),
        "incomplete_list": msg("明细表有空行"),
        "joined_by_name": msg("按名称对应"),
        "jump_from_previous": msg("与对照数据相差过大"),
        "largest_class_bands": msg("最大班额与班额段不符"),
        "largest_class_sizes": msg("最大班额与各班学生数不符"),
        "largest_class_students": msg("最大班额与学生数不符"),
        "layout_changed": msg("版式与确认时不同"),
        "left_out": msg("未监测的学科"),
        "main_school_not_found": msg("找不到主校"),
        "mapping_contradicts": msg("列对应关系与表头抵触"),
        "merged_cell": msg("合并单元格"),
        "more_warnings": msg("同类提示过多，未全列"),
        "no_data": msg("没有数据的记号"),
        "no_heading": msg("没有表头的列"),
        "no_line_end": msg("文件末行不完整"),
        "no_previous": msg("没有可比的对照数据"),
        "not_in_every_table": msg("有的表没有这所学校"),
        "no_units": msg("没有可评的学段"),
        "none_and_some": msg("既填无又填有"),
        "note_row": msg("说明行未读取"),
        "nothing_read": msg("一个数也没有读到的表"),
        "odd_blanks": msg("名称中有换行、制表符"),
        "odd_characters": msg("代码或名称中有异常字符"),
        "open_elsewhere": msg("文件在别处打开"),
        "outdated": msg("结果过旧"),
        "part_exceeds_whole": msg("部分大于整体"),
        "part_of_zero": msg("整体为0而部分不为0"),
        "parts_disagree": msg("总数与分项不符"),
        "period_differs": msg("表头年份不符"),
        "quotient_differs": msg("百分数与其计数不符"),
        "rule_broken": msg("规则出错"),
        "same_name": msg("同县两校同名"),
        "school_gone": msg("对照数据有而本次没有的学校"),
        "school_in_two_counties": msg("标识码出现在两个县"),
        "school_new": msg("对照数据没有的学校"),
        "school_twice": msg("同一学校疑似填了两次"),
        "sentence_broken": msg("规则说明出错"),
        "school_not_counted": msg("不计校数的学校"),
        "sheet_not_read": msg("未读取的工作表"),
        "tables_joined": msg("几张表合并"),
        "short_lines": msg("行末缺列"),
        "shrunk_since_previous": msg("比对照数据减少"),
        "stage_by_type": msg("按办学类型定学段"),
        "stacked_tables": msg("一张工作表上有几张表"),
        "stage_not_in_type": msg("学段与办学类型不符"),
        "stage_not_told": msg("未分学段的数"),
        "stages_added": msg("各学段相加"),
        "superseded": msg("有更新的一份"),
        "statement_contradicted": msg("佐证与数字相矛盾"),
        "students_without_classes": msg("有学生而无班级"),
        "text_replaced": msg("疑为文字批量替换损坏"),
        "time_of_day": msg("日期带有时刻"),
        "total_disagrees": msg("合计与各部分不符"),
        "total_row": msg("合计行未读取"),
        "totals_disagree": msg("县级合计与各校不符"),
        "unit_row": msg("单位行未读取"),
        "unclear_unit": msg("单位不明"),
        "unknown_heading": msg("不认识的表头"),
        "unknown_key": msg("不认识的数据项"),
        "unsafe_path": msg("压缩包内路径不可用"),
        "value_column_chosen": msg("选用了其中一列"),
        "wrapped_text": msg("代码带等号、引号或撇号"),
        "column_assumed": msg("没有这一列，按约定计"),
        "contradicting_rows": msg("同一人（件）的几行不一致"),
        "differs_from_list": msg("与名单中的数不同"),
        "no_column": msg("缺列，未得出"),
        "no_rows": msg("登记表中没有的学校"),
        "none_found": msg("一条也没有登记"),
        "personal_column": msg("涉及个人身份的列未读取"),
        "repeated_row": msg("重复的行，只计一次"),
        "several_places": msg("一人在几处，计在一处"),
        "swallowed_rows": msg("行数与记录数不符"),
        "unsettled_home": msg("一人在几处，不知计在哪里"),
        "untold_rows": msg("有行无法判断，作缺失"),
    }
