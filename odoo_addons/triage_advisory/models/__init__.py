from . import advisory, feedback, hint
