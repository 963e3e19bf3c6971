"""Every error this service raises: what failed, why, what to do about it, and whether trying again can help.

Never raised for what is expected of suppliers (a broken attachment is a value, not an error).
"""


class Error(Exception):
    """Base of all errors. `str(error)` is one line for people: subject, reason and way out."""

    #: True where the same call can succeed later without anybody changing anything.
    retry_helps: bool = False

    def __init__(self, reason: str, *, subject: str = "", way_out: str = "") -> None:
        self.reason = reason
        self.subject = subject
        self.way_out = way_out
        super().__init__(reason)

    def __str__(self) -> str:
        text = f"{self.subject}: {self.reason}" if self.subject else self.reason
        return f"{text}. {self.way_out}" if self.way_out else text


class InputError(Error):
    """A file or argument given by a person can't be used."""


class SettingsError(Error):
    """The configuration can't be used; names every setting that is wrong."""


class PolicyError(Error):
    """The policy file can't be used; names file, line and key."""


class ArtefactError(Error):
    """A trained model on disk is missing, altered or of another version."""


class SnapshotError(Error):
    """A recorded ERP snapshot can't be used."""


class EvalSetError(Error):
    """An evaluation set does not keep the format."""


class StoreError(Error):
    """The database refused or does not answer."""

    retry_helps = True


class ErpUnavailableError(Error):
    """The ERP does not answer or answers with a passing fault."""

    retry_helps = True


class ErpRefusedError(Error):
    """The ERP answered and refused: rights, unknown record, invalid value."""


class ForbiddenCallError(Error):
    """Our own guard refused a call to the ERP before it left."""


class ReceiverUnavailableError(Error):
    """Whoever receives our events does not answer, or answers with a passing fault."""

    retry_helps = True


class ReceiverRefusedError(Error):
    """Whoever receives our events refuses them."""


class PromptError(Error):
    """A prompt file can't be used; names file and key."""


class ModelUnavailableError(Error):
    """The language model does not answer in time or answers with a passing fault."""

    retry_helps = True

    def __init__(self, reason: str, *, wait: float | None = None) -> None:
        super().__init__(reason, subject="language model")
        self.wait = wait  # seconds that the service asks to wait; None: it says nothing


class ModelRefusedError(Error):
    """The language model's service refused: for what was asked, or whoever asks (key, model name, address)."""

    def __init__(self, reason: str, *, way_out: str, of_request: bool) -> None:
        super().__init__(reason, subject="language model", way_out=way_out)
        self.of_request = of_request  # True: this request, whoever sends it; False: every request of ours, until mended
