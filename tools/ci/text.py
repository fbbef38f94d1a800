"""Texts of comments and issues: marked, bounded, and harmless when a stranger's code wrote a part."""

import re

LIMIT = 60_000
"""Characters of a comment; GitHub refuses more than 65,536."""
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def marker(what: str) -> str:
    """An invisible line by which the next run finds its own comment or issue."""
    return f"<!-- spark-on-ack:{what} -->"


def harmless(text: str) -> str:
    """Text that code of a pull request wrote: nobody is notified by it, and it cannot pass for another comment.

    Mentions and references lose their effect, hidden comments (our markers are such) are taken out, and so are terminal
    codes. What it says may still be wrong: the head of the comment says whose it is.
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
    return "\n".join([*kept, *fence, *folds, "", f"({len(lines) - len(kept)} more lines: see the job)"])


def folded(title: str, text: str, limit: int) -> str:
    """Program output folded under a title; its last part counts, so the beginning is what is cut."""
    text = _CONTROL.sub("", _ANSI.sub("", text)).strip()
    if len(text) > limit:
        text = "(beginning left out: see the job)\n" + text[-limit:]
    fence = "`" * max(3, 1 + max((len(m) for m in re.findall(r"`+", text)), default=0))
    return f"<details><summary>{title}</summary>\n\n{fence}text\n{text}\n{fence}\n\n</details>\n"


def comment(stack: str, offline: str | None, cloud: str | None, *, source: str, job: str) -> str:
    """The comment of one environment.

    Args:
        stack: the environment.
        offline: Markdown of the offline preview, None when it failed.
        cloud: output of `pulumi preview`, None where there were no credentials for it (forks).
        source: whose code made the texts, for the head of the comment.
        job: address of the pipeline.

    """
    head = f"{marker(f'preview:{stack}')}\n"
    foot = f"\n\nMade by {source}; [pipeline]({job}). This comment is edited in place.\n"
    failed = f"### Preview of stack `{stack}`\n\nThe offline preview failed: the pipeline says why.\n"
    parts = [harmless(offline) if offline else failed]
    if cloud is not None:
        parts.append(folded("`pulumi preview` against the account", harmless(cloud), 15_000))
    room = LIMIT - len(head) - len(foot) - sum(len(p) + 2 for p in parts[1:])
    return head + "\n\n".join([cut(parts[0], room), *parts[1:]]) + foot
