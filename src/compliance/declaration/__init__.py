"""The declaration form: a rule set's own form as data, filled in for a county, and compared.

No word of any form stands here. A form is a file ``declaration.toml`` among the templates of the
rule set's layers; it says which figure stands in which cell and which sentence has which blanks.
"""
