"""The catalogue of sentences: what the library says to people, in English and in Japanese.

`text.json`, beside this file, has each sentence once, by key, in every language, with `{name}` where
a value goes in. `say` looks one up. The language is that of AUTODIFF_LANG where the program does not
choose one (`ad.language("ja")` for the program, `with ad.speaking("ja"):` for a block of one thread).

What is raised is English, whatever the language, so that it can be searched for; where a command tells
it to people, `retold` finds its pattern among the sentences under `error.` and says its twin.
"""

import json
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

LANGUAGES = ("en", "ja")

_chosen: str | None = None
_spoken: ContextVar[str | None] = ContextVar("autodiff_language", default=None)


def language(name: str | None = None) -> str:
    """Return the language that sentences are in, after making `name` that of the whole program.

    `with speaking(name):` chooses for a block alone. A ValueError names the languages there are.

    >>> language()
    'en'
    """
    global _chosen
    if name is not None:
        _chosen = _known(name, "language")
    return _spoken.get() or _chosen or _of_environment()


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Say everything inside the block in this language, in this thread alone.

    >>> with speaking("ja"):
    ...     print(say("compare.quantity"))
    量
    """
    before = _spoken.get()
    try:
        _spoken.set(_known(name, "speaking"))
        yield
    finally:
        _spoken.set(before)


def say(key: str, /, **values: Any) -> str:
    """Return the sentence of this key with its values put in.

    A KeyError names a key that the catalogue lacks.

    >>> say("slip.factor", ratio="3")
    'a factor: it is 3 times the right value'
    """
    return sentences()[key][language()].format(**values)


def phrases(prefix: str) -> dict[str, str]:
    """Return the sentences whose keys begin with `prefix.`, by the rest of the key, not filled in.

    >>> sorted(phrases("language"))
    ['en', 'ja']
    """
    spoken, start = language(), f"{prefix}."
    return {k.removeprefix(start): v[spoken] for k, v in sentences().items() if k.startswith(start)}


def retold(sentence: str) -> str:
    """Return an English sentence as it is said in the language that is spoken.

    Of the patterns under `error.` that fit, the one with most words of its own is taken; what stands in
    its fields is retold in turn. A sentence that fits none stays as it is.

    >>> with speaking("ja"):
    ...     print(retold("--data D: D is not a sweep: give --out another folder"))
    --data に指定した D: D は sweep のファイルではありません。--out に別のフォルダーを指定してください
    """
    tongue = language()
    if tongue == LANGUAGES[0]:
        return sentence
    for pattern, said in _patterns(tongue):
        found = pattern.fullmatch(sentence)
        if found:
            return said.format(*map(retold, found.groups()))
    return sentence


def errors() -> list[dict[str, str]]:
    """Return what is said under `error.`, in each language; that with most words of its own first.

    >>> sorted(errors()[0])
    ['en', 'ja']
    """
    spoken = []
    for tongue in LANGUAGES:
        with speaking(tongue):
            spoken.append(phrases("error"))
    found = [
        {tongue: said[k] for tongue, said in zip(LANGUAGES, spoken, strict=True)} for k in spoken[0]
    ]
    return sorted(found, key=lambda v: (-sum(map(len, own_words(v["en"]))), v["en"]))


def own_words(sentence: str) -> list[str]:
    """Return what stands between the fields of a sentence.

    >>> own_words("write {0} for {1}")
    ['write ', ' for ', '']
    """
    words = re.split(r"\{\d+\}", sentence)
    return [w.replace("{{", "{").replace("}}", "}") for w in words]


@cache
def _patterns(tongue: str) -> list[tuple[re.Pattern[str], str]]:
    """Return what recognises each sentence under `error.`, and its twin; the most words first."""
    return [
        (re.compile("(.+?)".join(map(re.escape, own_words(v["en"]))), re.DOTALL), v[tongue])
        for v in errors()
    ]


@contextmanager
def asked(arguments: Sequence[str]) -> Iterator[list[str]]:
    """Speak the language of the option --lang inside the block; give the other arguments.

    >>> with asked(["ops", "--lang", "ja"]) as rest:
    ...     print(rest, language())
    ['ops'] ja
    """
    rest, name = list(arguments), None
    for i, argument in enumerate(rest):
        if argument == "--lang" or argument.startswith("--lang="):
            _, equals, name = argument.partition("=")
            if not equals:
                name = rest[i + 1] if i + 1 < len(rest) else ""
            del rest[i : i + 1 + (not equals)]
            break
    with speaking(language() if name is None else _known(name, "--lang")):
        yield rest


def padded(text: str, wide: int) -> str:
    """Return text with blanks up to a width, behind it or (a negative width) in front.

    A letter of East Asia takes two places.

    >>> padded("量", 4), padded("ab", -4)
    ('量  ', '  ab')
    """
    blanks = " " * (abs(wide) - width(text))
    return blanks + text if wide < 0 else text + blanks


def width(text: str) -> int:
    """Return how many places text takes on a terminal.

    >>> width("量"), width("ab")
    (2, 2)
    """
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


@cache
def sentences() -> dict[str, dict[str, str]]:
    """Return the whole catalogue: by key, then by language."""
    with open(os.path.join(os.path.dirname(__file__), "text.json"), encoding="utf-8") as file:
        catalogue: dict[str, dict[str, str]] = json.load(file)
    return catalogue


def _of_environment() -> str:
    """Return the language of AUTODIFF_LANG (`ja`, `ja_JP.UTF-8`), English where it is no other."""
    asked = os.environ.get("AUTODIFF_LANG", "").replace("-", "_").partition("_")[0].lower()
    return asked if asked in LANGUAGES else LANGUAGES[0]


def _known(name: str, who: str) -> str:
    if name not in LANGUAGES:
        raise ValueError(f"{who}: there is no {name!r:.40}, choose one of {', '.join(LANGUAGES)}")
    return name


def wanted(branch: Any) -> str:
    """Return what a branch stands for, in words."""
    cls, size = branch[0], len(branch[3])
    if issubclass(cls, dict):
        return f"a {cls.__name__} with the keys {list(branch[1])}"
    return f"a {cls.__name__} of {size} parts" if size or cls is not type(None) else "None"


def told(tree: Any) -> str:
    """Return what stands in a place, in words."""
    if isinstance(tree, dict):
        return f"a {type(tree).__name__} with the keys {list(tree)}"
    if isinstance(tree, tuple | list):
        return f"a {type(tree).__name__} of {len(tree)} parts"
    return f"{type(tree).__name__} {tree!r:.60}"
