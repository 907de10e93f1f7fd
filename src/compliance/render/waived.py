"""What is waived in a county, as every paper lists it: apart, never as met and never as a problem."""

from __future__ import annotations

from dataclasses import dataclass

from compliance.assessment import Assessment, Judged
from compliance.assessment.county import Waived
from compliance.kernel.i18n import say
from compliance.render.documents.text import printable
from compliance.render.report.schools import missed
from compliance.rules.waivers import Waiver


@dataclass(frozen=True, slots=True)
class WaivedLine:
    """A waived finding: who, which rule, how it stands, and by what it is waived."""

    number: int
    school_code: str
    subject: str
    rule: str
    missed: str
    reason: str
    approver: str
    document: str
    expiry: str

    @property
    def told(self) -> str:
        """All of it in a line."""
        return say(
            "{who} {rule}：{missed}；{ground}",
            who=self.subject, rule=self.rule, missed=self.missed, ground=self.ground,
        )  # fmt: skip

    @property
    def ground(self) -> str:
        """By what: ``老城区无地可征；某局批准（文号），有效期至2026-12-31``."""
        return ground_of(self)


def ground_of(one: Waiver | WaivedLine) -> str:
    """By what something is waived, in a line."""
    return say(
        "{reason}；{approver}批准（{document}），有效期至{expiry}",
        reason=printable(one.reason), approver=printable(one.approver),
        document=printable(one.document), expiry=str(one.expiry),
    )  # fmt: skip


def waived_lines(about: Assessment) -> tuple[WaivedLine, ...]:
    """The waived findings of a county, in their order."""
    return tuple(_line(number, one) for number, one in enumerate(about.waived, 1))


def waived_at(about: Assessment, school_code: str) -> tuple[WaivedLine, ...]:
    """Those of one school."""
    return tuple(one for one in waived_lines(about) if one.school_code == school_code)


def waived_line(about: Assessment, judged: Judged) -> WaivedLine | None:
    """That of one finding."""
    return next(
        (_line(0, one) for one in about.waived if one.judged.finding == judged.finding), None
    )


def _line(number: int, one: Waived) -> WaivedLine:
    waiver = one.waiver
    return WaivedLine(
        number=number,
        school_code=one.judged.school,
        subject=printable(one.judged.subject),
        rule=one.judged.rule.coded,
        missed=printable(missed(one.judged)),
        reason=printable(waiver.reason),
        approver=printable(waiver.approver),
        document=printable(waiver.document),
        expiry=waiver.expiry.isoformat(),
    )
