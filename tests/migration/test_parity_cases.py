"""The configurations that `parity` compares."""

import oracles

from imgdatagen_compat.migration.parity.cases import PARITY_CASES
from imgdatagen_compat.stages import STAGES


def test_every_stage_has_a_case():
    generators = [oracles.keras.ImageDataGenerator(**case.generator) for case in PARITY_CASES]
    idle = [stage.name for stage in STAGES if not any(stage.is_active(datagen) for datagen in generators)]
    assert idle == []
