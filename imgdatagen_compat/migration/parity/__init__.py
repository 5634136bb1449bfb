"""`imgdatagen-compat parity`: the original and the drop-in side by side on one's own images and configuration.

`command` reads the command line, `data` the images, `cases` has the configurations, `comparing` runs them; `report` says the result in the
terminal and as JSON, `html` as a page.
"""
