"""What stands in the cells of notebooks besides Python."""

import re

# `%matplotlib inline`, `!pip install x`, `?name`, `name?`, `files = !ls`: indentation, and the rest of the line.
IPYTHON_LINE = re.compile(r"^([ \t]*)([%!?].*|[\w.]+\?{1,2}[ \t]*|[\w., \t]+=[ \t]*[%!].*)$", re.MULTILINE)

# Under any other magic of a whole cell stands another language.
PYTHON_CELL_MAGICS = ("%%capture", "%%prun", "%%time", "%%timeit")
