"""By what the program knows what it wrote itself, so that no paper is taken for a submission."""

AUTHOR = "均衡 Junheng"  # of papers and comments
# In the folder of a county's papers: its list, the folder of its schools' sheets; beside such folders
# everything once more.
COUNTY_LIST = "整改清单"
SCHOOL_SHEETS = "一校一案"
ARCHIVE = "整改文书.zip"
# What `papers` writes beside the figures: its folder, and what stands in it beside the lists.
RESULTS = "核查结果"
CONCLUSION = "核查结论.txt"
REPORT = "核查报告"
DATA_PROBLEMS = "数据问题"
