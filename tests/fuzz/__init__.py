"""The fuzzers: files of every kind we read, changed as broken machines and hostile hands change them.

`corpus` holds what is changed, `mutations` how, `targets` what reads it, `acquittal` what is no honest
pass, `workers` a process that may die of it, `__main__` the runner: ``make fuzz N=10000``. docs/hardening.md
says what is held and how much was tried.
"""
