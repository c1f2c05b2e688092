"""找事情 — which bundles somebody means who writes a few words."""

import unicodedata
from collections.abc import Iterable, Iterator

from service.workflows.definition.models import one_of
from service.workflows.definition.release import Release


def matching(releases: Iterable[Release], text: str) -> list[Release]:
    """Return the bundles in which every word occurs, those that are called so first; all of them for no words."""
    words = _plain(text).split()
    scored = [(score, release) for release in releases if (score := _score(release, words))]
    return [release for _, release in sorted(scored, key=lambda each: -each[0])]


def _score(release: Release, words: list[str]) -> int:
    """Return how well the words fit: 0 not at all, 3 for a word of the name, 2 of what is done, 1 of what is asked."""
    if not words:
        return 1
    shelves = [(3, _plain(" ".join(_names(release)))), (2, _plain(" ".join(_items(release))))]
    shelves.append((1, _plain(" ".join(_questions(release)))))
    best = [
        max((points for points, shelf in shelves if word in shelf), default=0) for word in words
    ]
    return sum(best) if all(best) else 0


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _names(release: Release) -> Iterator[str]:
    yield release.bundle.title
    yield from release.bundle.known_as


def _items(release: Release) -> Iterator[str]:
    for item in release.items.values():
        yield item.title
        yield release.directory.departments[item.department]
        if item.result:
            yield release.vocabulary.certificates[item.result.certificate].title


def _questions(release: Release) -> Iterator[str]:
    for question in release.bundle.questions:
        yield question.ask
        yield from one_of(question.options or {}).values()
