"""What `imgdatagen-compat rewrite` does to source code: `fixers` change and report, `source` and `notebook` run them, `files` writes.

The fixers need LibCST (extra `migrate`); nothing here needs TensorFlow.
"""
