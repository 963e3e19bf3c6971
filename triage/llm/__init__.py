"""The only door to a language model. Never a dependency: everything works with it closed."""
