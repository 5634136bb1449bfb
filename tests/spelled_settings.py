"""Names of parametrized tests: they must be the same in every process, for pytest-xdist compares them."""


def spelled(settings):
    """The settings of a dict as they are passed, functions by their names and without the addresses that `str` shows."""
    return ", ".join(f"{name}={getattr(value, '__name__', value)}" for name, value in settings.items()) or "nothing"
