"""The only door to a language model: prompt files, quoting, the call, budget, breaker, cache, grounding. Nothing that a
model says is believed here or behind: it may point at the message's own words, and at nothing else.
"""
