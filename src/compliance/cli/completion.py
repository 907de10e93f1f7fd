"""`compliance completion`: what a shell needs to complete commands, options, rules and rule sets."""

from __future__ import annotations

import click

from compliance.cli.command import Command, guarded, shared_options
from compliance.kernel.i18n import msg

SHELLS = ("bash", "zsh", "fish")  # those for which click writes a script
PROGRAM, VARIABLE = "compliance", "_COMPLIANCE_COMPLETE"


@click.command(
    cls=Command,
    help=lambda: msg(
        '输出命令补全脚本（bash、zsh、fish）：命令、选项、规则、规则集、格式、开关。\n\n装法：bash 在 ~/.bashrc 加一行 eval "$(compliance completion bash)"；zsh 在 ~/.zshrc 同样；fish：compliance completion fish > ~/.config/fish/completions/compliance.fish。PowerShell 和 cmd 没有。'
    ),
)
@click.argument("shell", type=click.Choice(SHELLS))
@shared_options
@guarded
def completion(shell: str) -> None:
    """Print the script."""
    from click.shell_completion import get_completion_class

    writer = get_completion_class(shell)
    if writer is None:  # all of SHELLS are click's own
        raise LookupError(shell)
    program = click.get_current_context().find_root().command
    click.echo(writer(program, {}, PROGRAM, VARIABLE).source(), nl=False)
