"""Kind of message, delay reason, suspicion, deviations: learned models and plain comparisons, both calibrated."""
