from . import advisory, feedback
