"""`keras_environment`: what needs Keras 3 says so under Keras 2."""

import keras
import pytest

from imgdatagen_compat.keras_environment import require_keras_3


def test_keras_2_is_refused_with_the_remedy(monkeypatch):
    monkeypatch.setattr(keras, "__version__", "2.15.0")
    with pytest.raises(ImportError, match=r"a\.module needs Keras 3: pip install 'tensorflow>=2\.16.*Received: Keras 2\.15\.0"):
        require_keras_3("a.module")


@pytest.mark.parametrize("version", ["3.0.5", "3.15.1", "20.0"])
def test_later_ones_are_not(version, monkeypatch):
    monkeypatch.setattr(keras, "__version__", version)
    require_keras_3("a.module")
