from . import test_advisory
