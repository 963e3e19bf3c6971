"""Learned weights on disk: arrays and a card, checked against a digest. Never a pickle, nothing that runs."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triage.errors import ArtefactError

if TYPE_CHECKING:
    import numpy as np

FOLDER = Path(__file__).parent / "artefacts"
FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """Arrays by name, and the card that describes them."""

    name: str
    digest: str  # SHA-256 of the arrays' file
    card: dict[str, Any]
    arrays: "dict[str, np.ndarray[Any, Any]]"


def save(name: str, arrays: "dict[str, np.ndarray[Any, Any]]", card: dict[str, Any], folder: Path = FOLDER) -> str:
    """Write arrays and card; the same arrays give the same bytes. Returns the digest."""
    import numpy as np

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.npz"
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    text = json.dumps({"format": FORMAT, "sha256": digest, **card}, indent=1, ensure_ascii=False, sort_keys=True)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    return digest


def load(name: str, folder: Path = FOLDER) -> Artefact:
    """Read and check an artefact. Raises ArtefactError where it is missing, altered or of another format."""
    import numpy as np

    path, card_path = folder / f"{name}.npz", folder / f"{name}.json"
    way_out = "Run `triage train`, or set TRIAGE_MODE to rules."
    try:
        raw = path.read_bytes()
        card = json.loads(card_path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ArtefactError("the model is missing or unreadable", subject=str(path), way_out=way_out) from error
    digest = hashlib.sha256(raw).hexdigest()
    if digest != card.get("sha256"):
        raise ArtefactError("the model was altered: its digest is not its card's", subject=str(path), way_out=way_out)
    if card.get("format") != FORMAT:
        raise ArtefactError("the model is of another format", subject=str(path), way_out=way_out)
    with np.load(path, allow_pickle=False) as content:
        arrays = {key: content[key] for key in content.files}
    return Artefact(name=name, digest=digest, card=card, arrays=arrays)
