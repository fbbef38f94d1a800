"""Texts of comments and issues: marked, bounded, and harmless even where untrusted code wrote them."""

import re

LIMIT = 60_000
"""Characters of a comment; GitHub refuses more than 65,536."""
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def marker(what: str) -> str:
    """An invisible line by which the next run finds its own comment or issue."""
    return f"<!-- spark-on-ack:{what} -->"


def harmless(text: str) -> str:
    """Makes text harmless that a pull request's code wrote: it notifies nobody and cannot pass for another comment.

    Mentions, references, hidden comments (such as our markers) and terminal codes lose their effect. What it says may
    still be wrong: the comment names its source.
    """
    text = _CONTROL.sub("", _ANSI.sub("", text)).replace("<!--", "<!\u200b--")
    text = re.sub(r"@(?=[A-Za-z0-9])", "@\u200b", text)
    return re.sub(r"(?<![\w&/])#(?=\d)", "#\u200b", text)


def cut(text: str, limit: int) -> str:
    """The text, or its first lines with a note of how many are left out."""
    if len(text) <= limit:
        return text
    lines = text.splitlines()
    kept: list[str] = []
    room = limit - 120
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    fence = ["```"] if sum(line.startswith("```") for line in kept) % 2 else []
    opened = "".join(kept)
    folds = ["</details>"] * (opened.count("<details") - opened.count("</details>"))
    return "\n".join([*kept, *fence, *folds, "", f"({len(lines) - len(kept)} more lines: see the job's log)"])


def folded(title: str, text: str, limit: int) -> str:
    """Program output folded under a title; its end matters most, so the beginning is cut."""
    text = _CONTROL.sub("", _ANSI.sub("", text)).strip()
    if len(text) > limit:
        text = "(the beginning is left out: see the job's log)\n" + text[-limit:]
    fence = "`" * max(3, 1 + max((len(m) for m in re.findall(r"`+", text)), default=0))
    return f"<details><summary>{title}</summary>\n\n{fence}text\n{text}\n{fence}\n\n</details>\n"


def comment(stack: str, offline: str | None, cloud: str | None, *, source: str, job: str) -> str:
    """The comment of one environment.

    Args:
        stack: the environment.
        offline: Markdown of the offline preview, None when it failed.
        cloud: output of `pulumi preview`, None where there were no credentials for it (forks).
        source: whose code wrote the texts, for the foot of the comment.
        job: address of the pipeline.

    """
    head = f"{marker(f'preview:{stack}')}\n"
    foot = f"\n\nWritten by {source}; [pipeline]({job}). This comment is updated in place.\n"
    failed = f"### Preview of stack `{stack}`\n\nThe offline preview failed: see the pipeline's log.\n"
    parts = [harmless(offline) if offline else failed]
    if cloud is not None:
        parts.append(folded("`pulumi preview` against the account", harmless(cloud), 15_000))
    room = LIMIT - len(head) - len(foot) - sum(len(p) + 2 for p in parts[1:])
    return head + "\n\n".join([cut(parts[0], room), *parts[1:]]) + foot
