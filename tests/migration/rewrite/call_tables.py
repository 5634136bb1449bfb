"""Calls before and after `rewrite`, in every form, and as many that must stay as they are."""

_FLOW = (
    "import numpy as np\nimport keras\nfrom imgdatagen_compat import ImageDataGenerator\nx, y = np.zeros((6, 4, 4, 1)), np.zeros(6)\n"
    "datagen = ImageDataGenerator()\nbatches = datagen.flow(x, y, batch_size=4)\nval = datagen.flow(x, y)\n"
)

# name: (before, after); both stand behind `_FLOW`, and what is after is run with a `model`.
CALLS = {
    "fit": ("model.fit_generator(batches, verbose=0)\n", "model.fit(batches, verbose=0)\n"),
    "fit-keyword": ("model.fit_generator(generator=batches, epochs=2, verbose=0)\n", "model.fit(x=batches, epochs=2, verbose=0)\n"),
    "fit-positional": (
        "model.fit_generator(batches, len(batches), 2, 0, None, val, 1)\n",
        "model.fit(batches, steps_per_epoch=len(batches), epochs=2, verbose=0, callbacks=None, validation_data=val, validation_steps=1)\n",
    ),
    "fit-positional-on-lines": (
        "model.fit_generator(\n    batches,  # these\n    len(batches),  # all\n    verbose=0)\n",
        "model.fit(\n    batches,  # these\n    steps_per_epoch=len(batches),  # all\n    verbose=0)\n",
    ),
    "evaluate": ("score = model.evaluate_generator(val, 1)\n", "score = model.evaluate(val, steps=1, verbose=0)\n"),
    "evaluate-verbose": ("model.evaluate_generator(val, verbose=1)\n", "model.evaluate(val, verbose=1)\n"),
    "predict": ("p = model.predict_generator(batches)\n", "p = model.predict(batches, verbose=0)\n"),
    "predict-on-lines": (
        "p = model.predict_generator(\n    batches,\n    steps=1,\n)\n",
        "p = model.predict(\n    batches,\n    steps=1,\n    verbose=0,\n)\n",
    ),
    "method-of-an-attribute": (
        "class A: pass\nself = A()\nself.model = model\nself.model.fit_generator(batches, verbose=0)\n",
        "class A: pass\nself = A()\nself.model = model\nself.model.fit(batches, verbose=0)\n",
    ),
    "workers": (
        "model.fit(batches, verbose=0, workers=2, max_queue_size=4)\n",
        ("batches = datagen.flow(x, y, batch_size=4)", "batches = datagen.flow(x, y, batch_size=4, workers=2, max_queue_size=4)"),
        "model.fit(batches, verbose=0)\n",
    ),
    "workers-first": ("model.fit(workers=1, x=batches, verbose=0)\n", "model.fit(x=batches, verbose=0)\n"),
    "workers-by-default": (
        "model.fit(iter_anything() if 0 else batches, workers=1, use_multiprocessing=False, max_queue_size=10, verbose=0)\n",
        "model.fit(iter_anything() if 0 else batches, verbose=0)\n",
    ),
    "workers-twice": (
        "model.fit(batches, workers=2, verbose=0)\nmodel.evaluate(batches, verbose=0, workers=2)\n",
        ("batches = datagen.flow(x, y, batch_size=4)", "batches = datagen.flow(x, y, batch_size=4, workers=2)"),
        "model.fit(batches, verbose=0)\nmodel.evaluate(batches, verbose=0)\n",
    ),
    "workers-inline": (
        "model.fit(datagen.flow(x, y), workers=3, verbose=0)\n",
        "model.fit(datagen.flow(x, y, workers=3), verbose=0)\n",
    ),
    "workers-by-name": (
        "n = 2\nlater = datagen.flow(x, y)\nmodel.fit(later, workers=n, verbose=0)\n",
        "n = 2\nlater = datagen.flow(x, y, workers=n)\nmodel.fit(later, verbose=0)\n",
    ),
    "workers-before-stars": (
        "more = {}\nlater = datagen.flow(x, y, **more)\nmodel.fit(later, verbose=0, workers=2)\n",
        "more = {}\nlater = datagen.flow(x, y, workers=2, **more)\nmodel.fit(later, verbose=0)\n",
    ),
    "workers-with-comments": (
        "model.fit(batches,\n          verbose=0,  # quiet\n          workers=1)\n",
        "model.fit(batches,\n          verbose=0,  # quiet\n          )\n",
    ),
    "generator-method-with-workers": (
        "later = datagen.flow(\n    x, y,\n    batch_size=2,\n)\nmodel.fit_generator(later, verbose=0, workers=2)\n",
        "later = datagen.flow(\n    x, y,\n    batch_size=2,\n    workers=2,\n)\nmodel.fit(later, verbose=0)\n",
    ),
    "zip": (
        "model.fit(zip(batches, val), steps_per_epoch=0, epochs=0)\n",
        "model.fit((batch for batch in zip(batches, val)), steps_per_epoch=0, epochs=0)\n",
    ),
    "zip-by-name": (
        "pairs = zip(datagen.flow(x), datagen.flow(y[:, None, None, None]))\nmodel.fit(x=pairs, steps_per_epoch=1, verbose=0)\n",
        "pairs = (batch for batch in zip(datagen.flow(x), datagen.flow(y[:, None, None, None])))\n"
        "model.fit(x=pairs, steps_per_epoch=1, verbose=0)\n",
    ),
    "zip-for-validation": (
        "model.fit(batches, validation_data=zip(datagen.flow(x), [y] * 9), validation_steps=1, verbose=0)\n",
        "model.fit(batches, validation_data=(batch for batch in zip(datagen.flow(x), [y] * 9)), validation_steps=1, verbose=0)\n",
    ),
    "next": ("images, labels = batches.next()\n", "images, labels = next(batches)\n"),
    "next-inline": ("images = datagen.flow(x).next()[0]\n", "images = next(datagen.flow(x))[0]\n"),
    "next-in-function": ("def f():\n    return batches.next()\nf()\n", "def f():\n    return next(batches)\nf()\n"),
    "next-either-way": (
        "if x.any():\n    either = datagen.flow(x)\nelse:\n    either = datagen.flow(x, y)\neither.next()\n",
        "if x.any():\n    either = datagen.flow(x)\nelse:\n    either = datagen.flow(x, y)\nnext(either)\n",
    ),
    "next-of-subclass": (
        "class Mine(ImageDataGenerator):\n    pass\nmine = Mine().flow(x)\nmine.next()\n",
        "class Mine(ImageDataGenerator):\n    pass\nmine = Mine().flow(x)\nnext(mine)\n",
    ),
    "fraction": (
        "model.fit(batches, steps_per_epoch=6 / 4, verbose=0)\n",
        ("import numpy as np\n", "import numpy as np\nimport math\n"),
        "model.fit(batches, steps_per_epoch=math.ceil(6 / 4), verbose=0)\n",
    ),
    "fraction-by-name": (
        "steps = (len(x) / 4)\nmodel.evaluate(batches, steps=steps, verbose=0)\n",
        ("import numpy as np\n", "import numpy as np\nimport math\n"),
        "steps = (len(x) / 4)\nmodel.evaluate(batches, steps=math.ceil(steps), verbose=0)\n",
    ),
    "whole-float": (
        "model.fit(batches, steps_per_epoch=np.ceil(6 / 4), verbose=0)\n",
        "model.fit(batches, steps_per_epoch=int(np.ceil(6 / 4)), verbose=0)\n",
    ),
}

# name: (before, after) of calls that need files, and are not run.
DATAFRAME_CALLS = {
    "has_ext": ("d.flow_from_dataframe(df, has_ext=True)\n", "d.flow_from_dataframe(df)\n"),
    "sort": ("d.flow_from_dataframe(df, sort=False, y_col='y')\n", "d.flow_from_dataframe(df, y_col='y')\n"),
    "drop_duplicates": (
        "d.flow_from_dataframe(\n    df,\n    drop_duplicates=False\n)\n",
        "d.flow_from_dataframe(\n    df\n)\n",
    ),
    "other": ('d.flow_from_dataframe(df, class_mode="other")\n', 'd.flow_from_dataframe(df, class_mode="raw")\n'),
    "all": (
        "d.flow_from_dataframe(df, has_ext=True, class_mode='other', drop_duplicates=False)\n",
        "d.flow_from_dataframe(df, class_mode='raw')\n",
    ),
    "directory-next": (
        "g = self.datagen.flow_from_directory('x')\ng.next()\n",
        "g = self.datagen.flow_from_directory('x')\nnext(g)\n",
    ),
}

# name: (code behind `_FLOW` that stays, how many findings it has)
KEPT_CALLS = {
    "fit": ("model.fit(batches, epochs=2, validation_data=val)\n", 0),
    "own-fit-generator": ("def fit_generator(self, g): ...\nmodel.fit_generator(batches)\n", 1),
    "function-fit-generator": ("fit_generator(model, batches)\n", 0),
    "overridden": ("class M:\n    def f(self):\n        self.fit_generator(1)\n        super().fit_generator(1)\n", 2),
    "unbound": ("keras.Model.fit_generator(model, batches)\n", 1),
    "imported-receiver": ("import trainer\ntrainer.fit_generator(batches)\n", 1),
    "keras-1": ("model.fit_generator(batches, samples_per_epoch=6, nb_epoch=2)\n", 1),
    "stars": ("model.fit_generator(*args)\nmodel.evaluate_generator(val, **settings)\n", 2),
    "too-many-positional": ("model.fit_generator(batches, 2, 3, 0, [], val, 1, None)\nmodel.predict_generator(val, 1, 10)\n", 2),
    "uncalled": ("f = model.fit_generator\n", 1),
    "assigned": ("model.fit_generator = None\n", 0),
    "workers-of-a-parameter": ("def f(g):\n    model.fit(g, workers=4)\n", 1),
    "workers-of-two-flows": ("if x:\n    g = datagen.flow(x)\nelse:\n    g = datagen.flow(y)\nmodel.fit(g, workers=4)\n", 1),
    "workers-of-a-python-generator": ("model.fit((b for b in batches), workers=2)\n", 1),
    "workers-of-another-generator": ("g = make().flow_from_directory('x')\nmodel.fit(g, workers=2)\n", 1),
    "workers-there-already": ("g = datagen.flow(x, workers=3)\nmodel.fit(g, workers=2)\n", 1),
    "workers-known-later": ("g = datagen.flow(x)\nn = 3\nmodel.fit(g, workers=n)\n", 1),
    "workers-computed": ("model.fit(batches, workers=count())\n", 1),
    "workers-in-flow": ("datagen.flow(x, workers=2)\n", 0),
    "workers-elsewhere": ("pool(workers=4)\nloader.run(batches, workers=4)\n", 0),
    "zip-of-lists": ("model.fit(zip([1], [2]))\n", 1),
    "zip-of-parameters": ("def train(images, masks):\n    model.fit(zip(images, masks), steps_per_epoch=9)\n", 1),
    "zip-not-for-fit": ("for a, b in zip(batches, val):\n    break\n", 0),
    "own-zip": ("def zip(a, b): ...\nmodel.fit(zip(batches, val))\n", 0),
    "zip-in-generator": ("model.fit((p for p in zip(batches, val)), steps_per_epoch=2)\n", 0),
    "next": ("next(batches)\n", 0),
    "next-of-a-parameter": ("def f(batches):\n    return batches.next()\n", 0),
    "next-of-something-else": ("reader = open_file()\nreader.next()\n", 0),
    "next-of-either": ("g = datagen.flow(x)\ng = other()\ng.next()\n", 0),
    "next-of-an-overridden-flow": ("class G(ImageDataGenerator):\n    def flow(self): ...\nb = G().flow()\nb.next()\n", 0),
    "next-of-its-own": ("def next(a): ...\nbatches.next()\n", 0),
    "next-with-arguments": ("batches.next(1)\n", 0),
    "next-uncalled": ("f = batches.next\n", 0),
    "has_ext-false": ("datagen.flow_from_dataframe(df, has_ext=False)\n", 1),
    "sort-true": ("datagen.flow_from_dataframe(df, sort=True)\n", 1),
    "drop_duplicates-variable": ("datagen.flow_from_dataframe(df, drop_duplicates=drop)\n", 1),
    "raw": ("datagen.flow_from_dataframe(df, class_mode='raw')\n", 0),
    "sort-elsewhere": ("df.sort(sort=True)\nopen_table(class_mode='other')\n", 0),
    "steps-len": ("model.fit(batches, steps_per_epoch=len(batches))\n", 0),
    "steps-rounded-up": ("import math\nmodel.fit(batches, steps_per_epoch=math.ceil(6 / 4))\n", 0),
    "steps-rounded-up-by-floor": ("model.fit(batches, steps_per_epoch=-(-6 // 4))\n", 0),
    "steps-of-a-python-generator": ("model.fit((b for b in batches), steps_per_epoch=6 // 4)\n", 0),
    "steps-of-a-parameter": ("def f(g, n):\n    model.fit(g, steps_per_epoch=n // 4)\n", 0),
    "steps-floor": ("model.fit(batches, steps_per_epoch=6 // 4)\n", 1),
    "steps-floor-by-name": ("steps = len(x) // 4\nmodel.fit(batches, steps_per_epoch=steps)\n", 1),
    "steps-floor-of-samples": ("def f(g):\n    model.fit(g, steps_per_epoch=g.samples // g.batch_size)\n", 1),
    "steps-number": ("model.fit(batches, steps_per_epoch=100)\n", 1),
    "steps-int": ("model.fit(batches, steps_per_epoch=int(6 / 4))\n", 1),
    "validation-steps-floor": ("model.fit(batches, validation_data=val, validation_steps=6 // 4)\n", 0),
    "evaluate-steps": ("model.evaluate(batches, steps=6 // 4)\n", 0),
}


def calls():
    """Yields (name, before, after) of `CALLS`, with `_FLOW` before each; a pair in the middle says what changes in it."""
    for name, (before, *changes, after) in CALLS.items():
        flow = _FLOW
        for old, new in changes:
            assert old in flow
            flow = flow.replace(old, new, 1)
        yield name, _FLOW + before, flow + after


def kept_calls():
    """Yields (name, code, number of findings) of `KEPT_CALLS`, with `_FLOW` before each."""
    for name, (code, findings) in KEPT_CALLS.items():
        yield name, _FLOW + code, findings
