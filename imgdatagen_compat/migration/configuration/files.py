"""A configuration read from a JSON or TOML file, or from a script."""

from __future__ import annotations

import json
from pathlib import Path

from imgdatagen_compat.migration.audit import audit_file
from imgdatagen_compat.migration.audit.configuration import configuration_of_script, select_generator
from imgdatagen_compat.migration.configuration import Configuration, ConfigurationError, configuration_from


def configuration_of_file(path: Path) -> Configuration:
    """Returns the configuration in a file: one object of arguments of `ImageDataGenerator` and of the flow method, by name.

    Args:
        path: of a `.toml` file, or of one with JSON.

    Raises:
        ConfigurationError: it cannot be read, is no such object, or names an argument that there is not.
    """
    try:
        text = path.read_text(encoding="utf-8")
        values = _toml(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise ConfigurationError(f"{path} is not {'TOML' if path.suffix.lower() == '.toml' else 'JSON'}: {error}.") from error
    if not isinstance(values, dict):
        raise ConfigurationError(f'{path} should hold one object such as {{"rotation_range": 20, "rescale": "1/255"}}.')
    return configuration_from(values, str(path))


def _toml(text):
    try:
        import tomllib
    except ImportError as error:
        raise ConfigurationError("TOML needs Python 3.11; write the configuration as JSON.") from error
    return tomllib.loads(text)


def script_configuration(path: Path, name: str | None = None, line: int | None = None) -> Configuration:
    """Returns what a script gives its generator, and the first flow of it: those arguments of the flow that the script says.

    Args:
        path: of the script or notebook; it is read, not run.
        name: of the variable that holds the generator; needed where there are several.
        line: of the constructor call, where a name does not tell.

    Raises:
        ConfigurationError: there is no such generator, or more than one, or its arguments are not known without running the script.
    """
    try:
        generator = configuration_of_script(path, name=name, line=line)
        found = select_generator(audit_file(path), name=name, line=line)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, ImportError) as error:
        raise ConfigurationError(str(error)) from error
    flow = next((flow.known for flow in found.flows), {})
    return configuration_from({**flow, **generator}, f"{path}:{found.line}")
