"""The result of `imgdatagen-compat parity` as one self-contained page: no script, no network, images within it."""
