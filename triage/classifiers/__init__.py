"""Kind of message, delay reason, suspicion, deviations: learned models and plain comparisons, with calibrated confidence."""
