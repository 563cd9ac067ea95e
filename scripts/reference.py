"""Writes what docs/ has from the code: settings, commands, JSON and its schemas, security.

Run from a checkout: python scripts/reference.py. A test fails where a page is behind.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from rag.cli.command import loaded  # noqa: E402 - found in the checkout
from rag.cli.command_list import GROUPS  # noqa: E402
from rag.config import FILE, PREFIX, ModelSettings, Settings  # noqa: E402
from rag.records.answer_json import SCHEMAS  # noqa: E402

DOCS = ROOT / "docs"
GENERATED = "<!-- Written by scripts/reference.py; change the code instead. -->\n\n"
UNNAMED = ("", "PydanticUndefined", "None", "{}", "()")
COMMAND_LINE_ONLY = {"openai_api_key": "OPENAI_API_KEY"}


def settings_page() -> str:
    """Every setting with its default and its sentence, from `rag/config.py`."""
    return (
        "# Settings\n\n"
        "Set them in the environment, or under the same name in lower case without the prefix in "
        f"`{FILE}`, in the folder\nwhere Dateline is started. The environment counts more. An "
        "unknown setting is an error that lists the known ones.\n\n"
        f"{_table(Settings, _variable)}\n"
        "Lists are written with spaces or commas between their parts.\n\n"
        "## A table for each model\n\n"
        f"`[llms.NAME]` in `{FILE}` describes a language model; what it leaves out is as in the "
        "settings that begin\nwith `llm_`. `dateline ask QUESTION --llm NAME` asks it. "
        "[Language models](models.md) has an example.\n\n"
        f"{_names(ModelSettings)}\n"
    )


def _table(model: type[Settings], named: Callable[[str], str]) -> str:
    said = _sentences(model)
    rows = [
        f"| `{named(name)}` | {_default(field)} | {said[name]} |"
        for name, field in model.model_fields.items()
    ]
    return "\n".join(["| setting | default | what |", "| --- | --- | --- |", *rows, ""])


def _names(model: type[ModelSettings]) -> str:
    rows = [f"| `{name}` | {_default(field)} |" for name, field in model.model_fields.items()]
    return "\n".join(["| key | default |", "| --- | --- |", *rows])


def _variable(name: str) -> str:
    return COMMAND_LINE_ONLY.get(name, PREFIX + name.upper())


def _default(field: FieldInfo) -> str:
    if field.default_factory is not None:
        return ""
    value = field.default
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return "" if text in UNNAMED else f"`{text}`"


def _sentences(model: type[Settings]) -> dict[str, str]:
    """What stands below each field of a class, and of those of ours that it is made of."""
    ours = [each for each in reversed(model.__mro__) if each.__module__.startswith("rag.")]
    return {name: said for each in ours for name, said in _own_sentences(each).items()}


def _own_sentences(model: type) -> dict[str, str]:
    """What stands below each field of a class, in one line."""
    body = ast.parse(textwrap.dedent(inspect.getsource(model))).body[0]
    assert isinstance(body, ast.ClassDef)
    said = {}
    for field, below in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
        ):
            said[field.target.id] = " ".join(str(below.value.value).split()).replace("|", "\\|")
    return said


def commands_page() -> str:
    """Every command with its arguments and options, from the command line itself."""
    parts = [
        "# Commands\n\n"
        "`dateline COMMAND --help` (or `-h`) says the same in the terminal, `dateline --version` "
        "prints the version, and\n`dateline --install-completion` teaches your shell the names. "
        "Exit status: 0 done (declining to answer is 0), 1 some\ninputs failed (each is named), "
        "2 wrong usage or settings. With `--json`, standard output holds nothing but JSON.\n"
    ]
    for heading, entries in GROUPS.items():
        parts.append(f"## {heading}\n")
        for name, entry in entries.items():
            if not entry.hidden:
                parts += _command_parts(f"dateline {name}", loaded(name))
    return "\n".join(parts)


def _command_parts(path: str, command: Any) -> Iterator[str]:
    yield f"### `{path}`\n"
    yield f"{inspect.cleandoc(command.help or '')}\n"
    rows = [row for each in command.params if (row := _parameter(each))]
    if rows:
        yield "\n".join(["| option | what |", "| --- | --- |", *rows, ""])
    for name, below in sorted(getattr(command, "commands", {}).items()):
        yield from _command_parts(f"{path} {name}", below)


def _parameter(parameter: Any) -> str:
    if getattr(parameter, "hidden", False):
        return ""
    names = [*parameter.opts, *parameter.secondary_opts]
    if parameter.param_type_name == "argument":
        names = [parameter.metavar or parameter.name.upper()]
    said = (getattr(parameter, "help", "") or "").replace("|", "\\|")
    default = parameter.default
    known = isinstance(default, int | float | str) and not isinstance(default, bool) and default
    also = f" Default: `{default}`." if known and "efault" not in said else ""
    return f"| {', '.join(f'`{name}`' for name in names)} | {said}{also} |"


def json_page() -> str:
    """The fields of the JSON that commands, API and tools return, from its schemas."""
    parts = [
        "# JSON\n\n"
        "What `dateline ask --json`, `Answer.to_dict()`, the page's API and the MCP tools return. "
        "Keys stay; new ones may be\nadded, so ignore those that you do not know.\n"
    ]
    for file in ("answer.schema.json", "hits.schema.json"):
        schema = json.loads((DOCS / file).read_text(encoding="utf-8"))
        parts.append(f"## {schema.get('title', file)}\n\nThe schema: [{file}]({file}).\n")
        if "properties" in schema:
            parts.append(_fields(schema))
        for name, part in schema.get("$defs", {}).items():
            if "properties" in part:
                parts.append(f"### {name.removesuffix('Json')}\n\n{_fields(part)}")
    return "\n".join(parts)


def _fields(schema: Mapping[str, Any]) -> str:
    rows = [
        f"| `{name}` | {_kind(field)} | {_line(field.get('description', ''))} |"
        for name, field in schema["properties"].items()
    ]
    return "\n".join(["| key | type | what |", "| --- | --- | --- |", *rows, ""])


def _kind(field: Mapping[str, Any]) -> str:
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2].removesuffix("Json")
    if "anyOf" in field:
        return " or ".join(_kind(each) for each in field["anyOf"])
    if "enum" in field:
        return ", ".join(f"`{each}`" for each in field["enum"])
    if field.get("type") == "array":
        return f"list of {_kind(field.get('items', {}))}"
    return str(field.get("type", "any"))


def _line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def security_page() -> str:
    """SECURITY.md with its links as they are from docs/."""
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    return re.sub(r"\]\(docs/", "](", text)


PAGES: Mapping[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "json.md": json_page,
    "security.md": security_page,
    "settings.md": settings_page,
}


def written(name: str) -> str:
    """The text of a page or of a schema, by the name of its file."""
    if name in SCHEMAS:
        return json.dumps(SCHEMAS[name](), ensure_ascii=False, indent=2) + "\n"
    return GENERATED + PAGES[name]().rstrip() + "\n"


def main() -> None:
    """Writes each file that differs from what is there."""
    for name in (*PAGES, *SCHEMAS):
        path, text = DOCS / name, written(name)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
