"""The kinds of doubt in words, for counts and headings; the code alone where there is no word."""

from __future__ import annotations

from compliance.words import pick

_WORDS = {
    "after_the_year": ("日期晚于本学年", "dated after the school year"),
    "arts_total_assumed": ("艺术教师数是否已含音乐、美术", "arts teachers taken as a total"),
    "attested_without_evidence": ("佐证没有材料", "a statement without evidence"),
    "class_bands_classes": ("班额段与班级数不符", "size bands against classes"),
    "class_bands_students": ("班额段与学生数不符", "size bands against pupils"),
    "class_sizes_bands": ("各班学生数与班额段不符", "class sizes against bands"),
    "class_sizes_classes": ("各班学生数与班级数不符", "class sizes against classes"),
    "class_sizes_students": ("各班学生数与学生数不符", "class sizes against pupils"),
    "classes_without_students": ("有班级而无学生", "classes without pupils"),
    "codes_differ_from_previous": ("标识码与上年全不相同", "all codes differ from last year's"),
    "converted_unit": ("换算了单位", "a converted unit"),
    "county_exceeds_schools": ("县级数大于各校合计", "more than all schools have"),
    "figures_bunched": ("数值密集在达标线上", "values bunched at the limit"),
    "figures_copied": ("两校数字完全相同", "two schools with the same figures"),
    "fraction_for_percent": ("疑把百分数填成小数", "a fraction for a percentage"),
    "identity_changed": ("校名或办学类型与上年不同", "another name or type than last year"),
    "implausible_item": ("单项数值不合常理", "an implausible item"),
    "implausible_ratio": ("比例不合常理", "an implausible ratio"),
    "jump_from_previous": ("与上年相差过大", "a jump against last year"),
    "largest_class_bands": ("最大班额与班额段不符", "largest class against bands"),
    "largest_class_sizes": ("最大班额与各班学生数不符", "largest class against sizes"),
    "largest_class_students": ("最大班额与学生数不符", "largest class against pupils"),
    "no_previous": ("没有可比的上年数据", "nothing to compare with"),
    "no_units": ("没有可评的学段", "no stage to judge"),
    "odd_characters": ("代码或名称中有异常字符", "odd characters in codes or names"),
    "part_exceeds_whole": ("部分大于整体", "a part greater than its whole"),
    "part_of_zero": ("整体为0而部分不为0", "a part of nothing"),
    "parts_disagree": ("总数与分项不符", "a total against its parts"),
    "period_differs": ("表头年份不符", "another year in the heading"),
    "quotient_differs": ("百分数与其计数不符", "a percentage against its counts"),
    "same_name": ("同县两校同名", "two schools of one name"),
    "school_gone": ("上年有而本次没有的学校", "schools gone since last year"),
    "school_in_two_counties": ("标识码出现在两个县", "a code in two counties"),
    "school_new": ("上年没有的学校", "schools new since last year"),
    "school_twice": ("同一学校疑似填了两次", "a school given twice"),
    "shrunk_since_previous": ("比上年减少", "less than last year"),
    "stage_not_in_type": ("学段与办学类型不符", "a stage that the type does not have"),
    "students_without_classes": ("有学生而无班级", "pupils without classes"),
    "text_replaced": ("疑为文字批量替换损坏", "damage by a text replacement"),
    "totals_disagree": ("县级合计与各校不符", "county totals against the schools"),
    "unknown_heading": ("不认识的表头", "an unknown heading"),
}


def kind_words(code: str) -> str:
    """What a kind of problem is called in the current language; "" where it has no name."""
    zh, en = _WORDS.get(code, ("", ""))
    return pick(zh, en)
