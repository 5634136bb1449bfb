"""Imports before and after `rewrite`, in every form, and as many that must stay as they are."""

# name: (before, after). What is after is run by a test.
IMPORTS = {
    "from": ("from keras.preprocessing.image import ImageDataGenerator\n", "from imgdatagen_compat import ImageDataGenerator\n"),
    "from-tf": (
        "from tensorflow.keras.preprocessing.image import load_img, img_to_array\n",
        "from imgdatagen_compat import load_img, img_to_array\n",
    ),
    "from-private": ("from keras.src.legacy.preprocessing.image import Iterator\n", "from imgdatagen_compat import Iterator\n"),
    "from-tf-private": (
        "from tensorflow.python.keras.preprocessing.image import ImageDataGenerator as IDG\n",
        "from imgdatagen_compat import ImageDataGenerator as IDG\n",
    ),
    "from-keras-preprocessing": (
        "from keras_preprocessing.image import ImageDataGenerator, random_rotation\n",
        "from imgdatagen_compat.keras_preprocessing.image import ImageDataGenerator, random_rotation\n",
    ),
    "from-part-of-keras-preprocessing": (
        "from keras_preprocessing.image.directory_iterator import DirectoryIterator\n",
        "from imgdatagen_compat.keras_preprocessing.image import DirectoryIterator\n",
    ),
    "alias": (
        "from keras.preprocessing.image import ImageDataGenerator as IDG, load_img as li\n",
        "from imgdatagen_compat import ImageDataGenerator as IDG, load_img as li\n",
    ),
    "parenthesized": (
        "from keras.preprocessing.image import (  # noqa\n    ImageDataGenerator,  # augments\n    # reads\n    load_img,\n)\n",
        "from imgdatagen_compat import (  # noqa\n    ImageDataGenerator,  # augments\n    # reads\n    load_img,\n)\n",
    ),
    "backslash": (
        "from keras.preprocessing.image import ImageDataGenerator, \\\n    load_img\n",
        "from imgdatagen_compat import ImageDataGenerator, \\\n    load_img\n",
    ),
    "star": ("from keras.preprocessing.image import *\nImageDataGenerator()\n", "from imgdatagen_compat import *\nImageDataGenerator()\n"),
    "module": (
        "from keras.preprocessing import image\nimage.load_img\n",
        "import imgdatagen_compat as image\nimage.load_img\n",
    ),
    "module-alias": ("from tensorflow.keras.preprocessing import image as kpi\n", "import imgdatagen_compat as kpi\n"),
    "module-of-keras-preprocessing": (
        "from keras_preprocessing import image\nimage.ImageDataGenerator()\n",
        "from imgdatagen_compat.keras_preprocessing import image\nimage.ImageDataGenerator()\n",
    ),
    "module-of-keras-preprocessing-alias": (
        "from keras_preprocessing import image as kpi\n",
        "from imgdatagen_compat.keras_preprocessing import image as kpi\n",
    ),
    "module-beside-another": (
        "from keras.preprocessing import image, sequence  # both\n",
        "import imgdatagen_compat as image\nfrom keras.preprocessing import sequence  # both\n",
    ),
    "module-behind-another": (
        "import os\n# what for\nfrom keras.preprocessing import sequence, image\n",
        "import os\n# what for\nimport imgdatagen_compat as image\nfrom keras.preprocessing import sequence\n",
    ),
    "module-name-used-for-pictures-too": (
        "from keras.preprocessing import image\ndef f(p):\n    return image.load_img(p)\nfor image in []:\n    print(image.shape)\n",
        "import imgdatagen_compat as image\ndef f(p):\n    return image.load_img(p)\nfor image in []:\n    print(image.shape)\n",
    ),
    "import-as": (
        "import keras.preprocessing.image as kpi\nkpi.ImageDataGenerator\n",
        "import imgdatagen_compat as kpi\nkpi.ImageDataGenerator\n",
    ),
    "import-as-of-keras-preprocessing": (
        "import keras_preprocessing.image as kpi\n",
        "import imgdatagen_compat.keras_preprocessing.image as kpi\n",
    ),
    "import-as-among-others": (
        "import os, keras.preprocessing.image as kpi, sys\n",
        "import imgdatagen_compat as kpi\nimport os, sys\n",
    ),
    "plain-import": (
        "import keras.preprocessing.image\nkeras.preprocessing.image.ImageDataGenerator()\n",
        "import imgdatagen_compat\nimgdatagen_compat.ImageDataGenerator()\n",
    ),
    "plain-import-used-otherwise": (
        "import keras.preprocessing.image\nkeras.preprocessing.image.load_img\nkeras.layers.Dense(1)\n",
        "import keras\nimport imgdatagen_compat\nimgdatagen_compat.load_img\nkeras.layers.Dense(1)\n",
    ),
    "plain-import-exported": (
        'import keras.preprocessing.image\n__all__ = ["keras"]\n',
        'import keras\nimport imgdatagen_compat\n__all__ = ["keras"]\n',
    ),
    "plain-keras-preprocessing": (
        "import keras_preprocessing as kp\nkp.image.ImageDataGenerator()\n",
        "import imgdatagen_compat.keras_preprocessing.image\nimgdatagen_compat.keras_preprocessing.image.ImageDataGenerator()\n",
    ),
    "chain": (
        "import tensorflow as tf\n\ng = tf.keras.preprocessing.image.ImageDataGenerator(rescale=2)\n",
        "import tensorflow as tf\nimport imgdatagen_compat\n\ng = imgdatagen_compat.ImageDataGenerator(rescale=2)\n",
    ),
    "chain-from-tensorflow": (
        "from tensorflow import keras\nkeras.preprocessing.image.load_img\n",
        "from tensorflow import keras\nimport imgdatagen_compat\nimgdatagen_compat.load_img\n",
    ),
    "chain-from-package": (
        "from tensorflow.keras import preprocessing\npreprocessing.image.load_img\n",
        "from tensorflow.keras import preprocessing\nimport imgdatagen_compat\nimgdatagen_compat.load_img\n",
    ),
    "chain-through-alias": (
        "import tensorflow as tf\nkeras = tf.keras\nkeras.preprocessing.image.load_img\n",
        "import tensorflow as tf\nimport imgdatagen_compat\nkeras = tf.keras\nimgdatagen_compat.load_img\n",
    ),
    "chain-as-value": (
        "import tensorflow as tf\nimage = tf.keras.preprocessing.image\n",
        "import tensorflow as tf\nimport imgdatagen_compat\nimage = imgdatagen_compat\n",
    ),
    "chain-there-already": (
        "import imgdatagen_compat\nimport tensorflow as tf\ntf.keras.preprocessing.image.load_img\n",
        "import imgdatagen_compat\nimport tensorflow as tf\nimgdatagen_compat.load_img\n",
    ),
    "chain-in-function": (
        "def f():\n\timport tensorflow as tf\n\treturn tf.keras.preprocessing.image.load_img\nf()\n",
        "def f():\n\timport tensorflow as tf\n\timport imgdatagen_compat\n\treturn imgdatagen_compat.load_img\nf()\n",
    ),
    "chain-in-base-class": (
        "import tensorflow as tf\nclass G(tf.keras.preprocessing.image.ImageDataGenerator):\n    pass\n",
        "import tensorflow as tf\nimport imgdatagen_compat\nclass G(imgdatagen_compat.ImageDataGenerator):\n    pass\n",
    ),
    "chain-of-a-guarded-import": (
        "try:\n    import keras\nexcept ImportError:\n    from tensorflow import keras\nkeras.preprocessing.image.load_img\n",
        "import imgdatagen_compat\ntry:\n    import keras\nexcept ImportError:\n    from tensorflow import keras\n"
        "imgdatagen_compat.load_img\n",
    ),
    "chain-and-plain-import": (
        "import keras.preprocessing.image\nimport tensorflow as tf\n"
        "keras.preprocessing.image.load_img, tf.keras.preprocessing.image.load_img\n",
        "import imgdatagen_compat\nimport tensorflow as tf\nimgdatagen_compat.load_img, imgdatagen_compat.load_img\n",
    ),
    "guarded": (
        "try:\n    from keras.preprocessing.image import load_img\nexcept ImportError:\n    load_img = None\n",
        "try:\n    from imgdatagen_compat import load_img\nexcept ImportError:\n    load_img = None\n",
    ),
    "fallback": (
        "import os\n\n# old or new\ntry:\n    from keras.preprocessing.image import load_img\nexcept ImportError:\n"
        "    from tensorflow.keras.preprocessing.image import load_img\n",
        "import os\n\n# old or new\nfrom imgdatagen_compat import load_img\n",
    ),
    "fallback-to-the-other-semantics": (
        "try:\n    from keras.preprocessing.image import load_img\nexcept ImportError:\n"
        "    from keras_preprocessing.image import load_img\n",
        "try:\n    from imgdatagen_compat import load_img\nexcept ImportError:\n"
        "    from imgdatagen_compat.keras_preprocessing.image import load_img\n",
    ),
    "in-function": (
        "def f():\n    from keras.preprocessing.image import load_img\n    return load_img\nf()\n",
        "def f():\n    from imgdatagen_compat import load_img\n    return load_img\nf()\n",
    ),
    "on-one-line": (
        "import os; from keras.preprocessing import image, sequence; image.load_img\n",
        "import os; import imgdatagen_compat as image; from keras.preprocessing import sequence; image.load_img\n",
    ),
    "exported": (
        'from keras.preprocessing.image import load_img\n\n__all__ = ["load_img"]\n',
        'from imgdatagen_compat import load_img\n\n__all__ = ["load_img"]\n',
    ),
    "import-module": (
        "import importlib\nimage = importlib.import_module('keras.preprocessing.image')\n",
        "import importlib\nimage = importlib.import_module('imgdatagen_compat')\n",
    ),
    "import-module-from": (
        'from importlib import import_module as load\nload("keras_preprocessing.image")\n',
        'from importlib import import_module as load\nload("imgdatagen_compat.keras_preprocessing.image")\n',
    ),
}

# name: (code that stays, how many findings it has)
KEPT_IMPORTS = {
    "own-package": ("from .preprocessing.image import ImageDataGenerator\n", 0),
    "own-module-of-the-name": ("from project.keras.preprocessing.image import load_img\n", 0),
    "other-modules": ("from keras.preprocessing import sequence, text\nfrom keras.preprocessing.sequence import pad_sequences\n", 0),
    "other-modules-of-keras-preprocessing": ("from keras_preprocessing.text import Tokenizer\nimport keras_preprocessing\n", 0),
    "other-modules-star": ("from keras.preprocessing.text import *\n", 0),
    "datasets": ("from tensorflow.keras.preprocessing import image_dataset_from_directory\n", 0),
    "datasets-chain": ("import tensorflow as tf\ntf.keras.preprocessing.image_dataset_from_directory('x')\n", 0),
    "keras-utils": ("from keras.utils import load_img, img_to_array\n", 0),
    "keras-utils-chain": ("import keras\nkeras.utils.load_img('x')\n", 0),
    "keras": ("import keras\nfrom tensorflow import keras as k2\nimport tensorflow as tf\n", 0),
    "ours": ("import imgdatagen_compat as image\nfrom imgdatagen_compat.keras_preprocessing.image import load_img\n", 0),
    "tf-keras": ("from tf_keras.preprocessing.image import ImageDataGenerator\n", 0),
    "shadowed-root": ("import tensorflow as tf\ndef f(tf):\n    return tf.preprocessing.image.size\n", 0),
    "other-root": ("class keras:\n    preprocessing = 3\nkeras.preprocessing.image\n", 0),
    "rebound-root": ("import keras\nkeras = make()\nkeras.applications.image\n", 0),
    "no-import": ("def image(keras):\n    return keras.image\n", 0),
    "docstring": ('"""keras.preprocessing.image"""\ndef f():\n    "keras.preprocessing.image"\n', 0),
    "string-in-a-sentence": ("print('see keras.preprocessing.image for more')\n", 0),
    "string-of-another-module": ("patch('keras.preprocessing.sequence.pad_sequences')\n", 0),
    "string-that-begins-alike": ("x = 'keras.preprocessing.image_dataset'\n", 0),
    "comment": ("# from keras.preprocessing.image import ImageDataGenerator\nx = 1\n", 0),
    "empty": ("", 0),
    "only-comment": ("# nothing", 0),
    "unknown-name": ("from keras.preprocessing.image import image_dataset_from_directory\n", 1),
    "unknown-attribute": ("from keras.preprocessing import image\nimage.load_img\nimage.pil_image.open('x')\n", 1),
    "unknown-attribute-of-import-as": ("import keras.preprocessing.image as kpi\nkpi.K.floatx()\n", 1),
    "unknown-attribute-of-chain": ("import tensorflow as tf\ntf.keras.preprocessing.image.os\n", 1),
    "unknown-attribute-of-plain-import": ("import keras.preprocessing.image\nkeras.preprocessing.image.os\n", 1),
    "replaced": ("from keras.preprocessing import image\nimage.load_img = mine\n", 1),
    "replaced-in-chain": ("import keras_preprocessing\nkeras_preprocessing.image.iterator.load_img = mine\n", 1),
    "unknown-root": ("def f(keras):\n    return keras.preprocessing.image.load_img\n", 1),
    "rebound-keras": ("import keras\nkeras = make()\nkeras.preprocessing.image.load_img\n", 1),
    "two-meanings": (
        "try:\n    import keras.preprocessing.image as k\nexcept ImportError:\n    import other as k\nk.np\n",
        1,
    ),
    "module-assigned": ("import keras\nkeras.preprocessing.image = 3\n", 0),
    "chain-of-two-origins": (
        "try:\n    import keras\nexcept ImportError:\n    import other as keras\nkeras.preprocessing.image.load_img\n",
        1,
    ),
    "chain-of-two-semantics": (
        "try:\n    import keras_preprocessing as k\nexcept ImportError:\n    import keras.preprocessing as k\nk.image.load_img\n",
        1,
    ),
    "name-taken": ("import tensorflow as tf\nimgdatagen_compat = 3\ntf.keras.preprocessing.image.load_img\n", 1),
    "patched": ("mock.patch('keras.preprocessing.image.load_img')\nmock.patch('tensorflow.keras.preprocessing.image.load_img')\n", 2),
    "in-sys-modules": ("import sys\nsys.modules['keras.preprocessing.image'] = None\n", 1),
    "own-import-module": ("def import_module(name): ...\nimport_module('keras.preprocessing.image')\n", 1),
}
