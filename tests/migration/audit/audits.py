"""Source code, audited."""

import textwrap

from imgdatagen_compat.migration.audit import audit_source

KERAS = "from keras.preprocessing.image import ImageDataGenerator\n"


def audit(code, filename="train.py", **options):
    return audit_source(textwrap.dedent(code), filename, **options)


def only_generator(code, **options):
    (generator,) = audit(code, **options).generators
    return generator
