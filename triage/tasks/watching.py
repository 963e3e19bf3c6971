"""`triage watch`: takes in what appears in a folder, and has it read, here or by workers elsewhere."""

from triage import bootstrap
from triage.errors import SettingsError
from triage.intake import files
from triage.intake.accept import Accepted
from triage.settings import Settings
from triage.tasks import app as apps
from triage.tasks import embedded, serving
from triage.tasks import work as working


def run(settings: Settings) -> int:
    """Watch until stopped. Raises SettingsError where no folder is named, InputError where it can't be read."""
    if settings.watch_folder is None:
        raise SettingsError("no folder is named", way_out="Name one, or set TRIAGE_WATCH_FOLDER.")
    services = bootstrap.services(settings)
    folder = files.Folder(services.intake, settings.watch_folder)
    if settings.embedded:
        app = apps.make_app(settings, lambda lane: working.of(services))
        with embedded.running(app, services.store) as worker:
            folder.watch(settings.watch_every, lambda item: _ring(worker.ring, item), stopped=lambda: False)
        return 0
    ring = serving.ringer(settings)
    folder.watch(settings.watch_every, lambda item: _ring(ring, item), stopped=lambda: False)
    return 0


def _ring(ring: serving.Ring, accepted: Accepted) -> None:
    if accepted.new:
        ring()
